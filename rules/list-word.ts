import { fold } from './fold.ts'

/** Where the name of a list may begin: `/Home` or `+Home`, at the start or after white space. */
const MARK = /(?<=^|\s)[/+](?=\S)/g

/**
 * The list that a line names, and the line without it. Only the name of a list that is there
 * counts, so that `/etc/hosts`, `+1` and `/s` stay what they are. Of names that begin alike, the
 * longest is meant; of several lists, the last.
 *
 * @example
 * listIn('Water the plants /home', [{ name: 'Home' }]).line // 'Water the plants '
 */
export function listIn<List extends { name: string }>(
  line: string,
  lists: readonly List[],
): { line: string; list: List | undefined } {
  if (lists.length === 0) return { line, list: undefined }
  const named = lists
    .map((list) => ({ list, words: list.name.trim().split(/\s+/).length, key: keyOf(list.name) }))
    .sort((a, b) => b.words - a.words)
  const most = named[0]?.words ?? 0
  for (const { index } of [...line.matchAll(MARK)].reverse()) {
    const words = firstWords(line.slice(index + 1), most)
    for (const { list, words: count, key } of named) {
      const last = words[count - 1]
      if (!last) continue
      const end = index + 1 + last.index + last[0].length
      if (keyOf(line.slice(index + 1, end).replace(/[,;]$/, '')) !== key) continue
      return { line: line.slice(0, index) + line.slice(end), list }
    }
  }
  return { line, list: undefined }
}

const keyOf = (name: string) => fold(name.trim().replaceAll(/\s+/g, ' '))

function firstWords(text: string, count: number): RegExpExecArray[] {
  const words: RegExpExecArray[] = []
  for (const word of text.matchAll(/\S+/g)) if (words.push(word) === count) break
  return words
}
