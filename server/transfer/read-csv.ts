import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parse } from 'csv-parse'
import { pointerTo } from '../contract/field-errors.ts'
import type { FieldError } from '../problems.ts'
import { TAKEN, unguarded } from './csv.ts'

/** Most rows of a file, and most characters of one of them; the longest task has fewer. */
const ROW_LIMIT = 2_000
const ROW_LENGTH = 100_000
/** Bytes that are parsed before other requests are served. */
const SLICE_BYTES = 65_536

export type Csv =
  | { rows: Record<string, unknown>[] }
  | { malformed: string }
  | { errors: FieldError[] }

/**
 * The rows of a CSV file, each with the members that its cells define. A blank cell defines no
 * member, except that a quoted blank cell may be a blank description.
 * The file is parsed in slices, so that other requests are served in between.
 */
export async function readCsv(text: string): Promise<Csv> {
  const [head = ''] = /[^\r\n\s\uFEFF].*/.exec(text) ?? []
  const records: (string | null)[][] = []
  const parser = parse({
    bom: true,
    delimiter: [',', ';', '\t'].find((each) => head.includes(each)) ?? ',',
    recordDelimiter: ['\r\n', '\n', '\r'],
    relaxColumnCount: true,
    skipEmptyLines: true,
    maxRecordSize: ROW_LENGTH,
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  })
  try {
    for await (const record of Readable.from(slices(text)).compose(parser)) {
      records.push(record)
      // With the header, and one more to see that there are too many.
      if (records.length === ROW_LIMIT + 2) break
    }
  } catch (error) {
    return { malformed: whatIsWrong(error) }
  }
  const [header = [], ...rows] = records
  if (rows.length > ROW_LIMIT)
    return {
      errors: [
        {
          in: 'body',
          pointer: '',
          code: 'max_items',
          detail: `Has more rows than the ${ROW_LIMIT} that are taken at a time.`,
        },
      ],
    }
  const names = header.map((name) => name?.trim().toLowerCase() ?? '')
  const errors = faultsOfHeader(names.filter((name) => name !== ''))
  if (errors.length > 0) return { errors }
  return {
    rows: rows
      .filter((cells) => cells.some((each) => each !== null))
      .map((cells) => rowOf(names, cells)),
  }
}

/** In bytes: a slice of text could begin in the middle of a character. */
async function* slices(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    yield bytes.subarray(at, at + SLICE_BYTES)
    await nextTurn()
  }
}

function whatIsWrong(error: unknown): string {
  const { code, records }: { code?: string; records?: number } = Object(error)
  const where = records ? `in row ${records}` : 'in the first line'
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `Has a quotation mark that is never closed, ${where}.`
    case 'CSV_MAX_RECORD_SIZE':
      return `Is longer than a task can be, ${where}. Perhaps a quotation mark is never closed.`
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `Has a quotation mark where none can be, ${where}. Write it twice, in a quoted cell.`
    default:
      throw error
  }
}

function faultsOfHeader(names: string[]): FieldError[] {
  const at = (name: string, code: FieldError['code'], detail: string): FieldError => ({
    in: 'body',
    pointer: pointerTo(name),
    code,
    detail,
  })
  const distinct = new Set(names)
  const missing = distinct.has('title')
    ? []
    : [at('title', 'required', 'Needs a column of its own, named in the first line.')]
  const unknown = [...distinct]
    .filter((name) => !TAKEN.has(name))
    .map((name) => at(name, 'unknown_member', 'Is not a column of a file of tasks.'))
  const twice = [...TAKEN]
    .filter((name) => names.filter((each) => each === name).length > 1)
    .map((name) => at(name, 'unique_items', 'Is the name of two columns.'))
  return [...missing, ...unknown, ...twice]
}

function rowOf(names: string[], cells: (string | null)[]): Record<string, unknown> {
  // Without a prototype, so that no name is special.
  const row: Record<string, unknown> = Object.create(null)
  for (const [index, text] of cells.entries()) {
    // Many programs quote every cell; only a description can be blank and not null.
    if (text === null || (text === '' && names[index] !== 'description')) continue
    // A cell without a name, which no task has a member for.
    const name = names[index] || `column ${index + 1}`
    row[name] = (READERS[name] ?? unguarded)(text)
  }
  return row
}

/** How a cell is read that is no text, or that spreadsheets write in their own way. */
const READERS: Record<string, (text: string) => unknown> = {
  completed: (text) => ({ true: true, false: false })[text.trim().toLowerCase()] ?? text,
  due_time: (text) => /^\d{1,2}:\d\d(?=(:00)?$)/.exec(text)?.[0].padStart(5, '0') ?? text,
  priority: (text) => text.trim().toLowerCase(),
  recurrence: (text) => (text.startsWith('{') ? jsonOrText(text) : { rule: text.trim() }),
  labels,
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * Commas of a cell of labels; the longest has 1,000. What has more stays text, which is refused.
 */
const LABEL_COMMA_LIMIT = 1_000

/** A JSON array, as it is written here, or with commas between them, as a person writes them. */
function labels(text: string): unknown {
  if (text.split(',', LABEL_COMMA_LIMIT + 2).length > LABEL_COMMA_LIMIT + 1) return text
  if (text.startsWith('[')) return jsonOrText(text)
  return text
    .split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '')
}
