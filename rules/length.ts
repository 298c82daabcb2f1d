/** Code points, which is what the contract counts; `length` counts UTF-16 units. */
export function lengthOf(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/**
 * The start of a text, with at most so many code points; never half of a character that a person
 * sees as one (UAX 29).
 *
 * @example cut('👩‍👩‍👧‍👦!', 6) // '', because the family alone has seven code points
 */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  let end = 0
  let count = 0
  for (const { segment, index } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(
    text,
  )) {
    count += lengthOf(segment)
    if (count > limit) break
    end = index + segment.length
  }
  return text.slice(0, end)
}
