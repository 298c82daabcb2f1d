import { type CsvError, parse } from 'csv-parse/sync'
import type { components } from '../../sdk/contract.gen.ts'
import type { FieldError } from '../problems.ts'

type Task = components['schemas']['Task']

const BYTE_ORDER_MARK = '\uFEFF'
const WRITTEN = [
  'id',
  'title',
  'description',
  'completed',
  'completed_at',
  'due_date',
  'due_time',
  'due_time_zone',
  'priority',
  'labels',
  'position',
  'created_at',
  'updated_at',
] as const satisfies (keyof Task)[]
/** What JSON says of a task besides; in CSV it changes nothing, or is seldom wanted. */
const READ = new Set<string>([...WRITTEN, 'user_id', 'trashed_at', 'etag'])

/** Tasks as CSV (RFC 4180), page by page. Spreadsheets take UTF-8 for something else where no byte order mark says what it is. */
export async function* csv(tasks: AsyncIterable<readonly Task[]>): AsyncGenerator<string> {
  let text = `${BYTE_ORDER_MARK}${WRITTEN.join()}\r\n`
  for await (const page of tasks) {
    yield text + page.map((task) => `${WRITTEN.map((name) => cell(task[name])).join()}\r\n`).join('')
    text = ''
  }
  if (text !== '') yield text
}

function cell(value: Task[(typeof WRITTEN)[number]]): string {
  if (value === null) return ''
  if (Array.isArray(value)) return value.length === 0 ? '' : quoted(JSON.stringify(value))
  return typeof value === 'string' ? quoted(guarded(value)) : String(value)
}

const quoted = (text: string) => (text === '' || /[",;\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

// What a spreadsheet takes for a formula, or for a number that it rounds, gets one apostrophe; what looks like that already gets one more.
const RISKY = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠]|\d{16,}$)/
const GUARDED = /^'+(?:[\t\r\n]|\s*[=+\-@＝＋－＠]|\d{16,}$)/
const guarded = (text: string) => (RISKY.test(text) ? `'${text}` : text)
const unguarded = (text: string) => (GUARDED.test(text) ? text.slice(1) : text)

export type Csv = { rows: Record<string, unknown>[] } | { malformed: string } | { errors: FieldError[] }

/** The rows of a CSV file, each with the members that its cells say. A blank cell says nothing, a quoted blank one is a blank text. */
export function readCsv(text: string): Csv {
  const [head = ''] = /^.*/.exec(text) ?? []
  let records: (string | null)[][]
  try {
    records = parse(text, {
      bom: true,
      delimiter: [',', ';', '\t'].find((each) => head.includes(each)) ?? ',',
      recordDelimiter: ['\r\n', '\n', '\r'],
      relaxColumnCount: true,
      skipEmptyLines: true,
      cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
    })
  } catch (error) {
    return { malformed: whatIsWrong(error as CsvError) }
  }
  const [header = [], ...rows] = records
  const names = header.map((name) => name?.trim().toLowerCase() ?? '')
  const errors = faultsOfHeader(names)
  if (errors.length > 0) return { errors }
  return { rows: rows.filter((cells) => cells.some((each) => each !== null)).map((cells) => rowOf(names, cells)) }
}

function whatIsWrong({ code, lines }: CsvError & { lines?: number }): string {
  const where = lines === undefined ? '' : `, on line ${lines}`
  if (code === 'CSV_QUOTE_NOT_CLOSED') return `has a quotation mark that is never closed${where}`
  return `has a quotation mark where none can be${where}; write it twice, in a cell that is in quotation marks itself`
}

function faultsOfHeader(names: string[]): FieldError[] {
  const at = (name: string, code: FieldError['code'], detail: string): FieldError => {
    return { in: 'body', pointer: `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`, code, detail }
  }
  const unknown = names.filter((name) => !READ.has(name)).map((name) => at(name, 'unknown_member', 'is no column of a file of tasks'))
  const twice = names.filter((name, index) => names.indexOf(name) < index).map((name) => at(name, 'unique_items', 'is the name of two columns'))
  const missing = names.includes('title') ? [] : [at('title', 'required', 'needs a column of its own, named in the first line')]
  return [...missing, ...unknown, ...twice]
}

function rowOf(names: string[], cells: (string | null)[]): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [index, text] of cells.entries()) {
    if (text === null) continue
    // A cell beyond the header has no name, which no task has a member for.
    const name = names[index] ?? `column ${index + 1}`
    row[name] = name === 'completed' ? truth(text) : name === 'labels' ? labels(text) : unguarded(text)
  }
  return row
}

function truth(text: string): boolean | string {
  const word = text.trim().toLowerCase()
  return word === 'true' || word === 'false' ? word === 'true' : text
}

/** A JSON array, as it is written here, or with commas between them, as a person writes them. */
function labels(text: string): unknown {
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list)) return list
  } catch {}
  return text
    .split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '')
}
