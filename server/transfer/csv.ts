import type { components } from '../../sdk/contract.gen.ts'
import { FILE_MEMBERS } from '../tasks/fields.ts'

type Task = components['schemas']['Task']

const BYTE_ORDER_MARK = '\uFEFF'
/** The columns that are written. */
const WRITTEN = ['id', 'list', ...FILE_MEMBERS, 'position', 'created_at', 'updated_at'] as const
/** The columns that may be there: what else an export as JSON says of a task. */
export const TAKEN = new Set<string>([...WRITTEN, 'user_id', 'trashed_at', 'etag'])

/** A task with the name of its list. */
type Row = Task & { list: string | null }

/**
 * Tasks as CSV (RFC 4180), page by page. Spreadsheets take UTF-8 for something else where no byte
 * order mark says what it is.
 */
export async function* csv(
  tasks: AsyncIterable<readonly Task[]>,
  listNames: ReadonlyMap<string, string>,
): AsyncGenerator<string> {
  const rowOf = (task: Task): Row => ({
    ...task,
    list: listNames.get(task.list_id ?? '') ?? null,
  })
  let text = `${BYTE_ORDER_MARK}${WRITTEN.join()}\r\n`
  for await (const page of tasks) {
    yield text +
      page
        .map(rowOf)
        .map((row) => `${WRITTEN.map((name) => cell(row[name])).join()}\r\n`)
        .join('')
    text = ''
  }
  if (text !== '') yield text
}

function cell(value: Row[(typeof WRITTEN)[number]]): string {
  if (value === null) return ''
  if (Array.isArray(value)) return value.length === 0 ? '' : quoted(JSON.stringify(value))
  if (typeof value === 'object') return quoted(ruleOrObject(value))
  return typeof value === 'string' ? quoted(guarded(value)) : String(value)
}

/** The rule alone, where the rest is as it is by default. */
const ruleOrObject = (recurrence: NonNullable<Task['recurrence']>) =>
  recurrence.from === 'due' && recurrence.missed === 'skip'
    ? recurrence.rule
    : JSON.stringify(recurrence)

const quoted = (text: string) =>
  text === '' || /[",;\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

// A value that a spreadsheet would read as a formula, or as a number that it rounds, gets one
// leading apostrophe. A value that already looks like that gets one more.
const RISKY = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠]|\d{16,}$)/
const GUARDED = /^'+(?:[\t\r\n]|\s*[=+\-@＝＋－＠]|\d{16,}$)/
const guarded = (text: string) => (RISKY.test(text) ? `'${text}` : text)
export const unguarded = (text: string) => (GUARDED.test(text) ? text.slice(1) : text)
