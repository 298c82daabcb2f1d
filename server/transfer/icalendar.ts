import type { components } from '../../sdk/contract.gen.ts'

type Task = components['schemas']['Task']
export interface CalendarTask {
  task: Task
  /** The moment it is due, where a time zone makes it one. */
  due_instant: string | null
}

const FOLD_AT = 75
const PRIORITIES = { high: 1, medium: 5, low: 9, none: undefined }

/**
 * Tasks as VTODOs of iCalendar (RFC 5545), page by page.
 *
 * @param listNames by the ids of the lists
 */
export async function* iCalendar(
  tasks: AsyncIterable<readonly CalendarTask[]>,
  listNames: ReadonlyMap<string, string>,
): AsyncGenerator<string> {
  let text = lines(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Docket//Docket//EN'])
  for await (const page of tasks) {
    yield text + page.map((entry) => lines(toDo(entry, listNames))).join('')
    text = ''
  }
  yield `${text}${lines(['END:VCALENDAR'])}`
}

function toDo(
  { task, due_instant }: CalendarTask,
  listNames: ReadonlyMap<string, string>,
): string[] {
  const list = listNames.get(task.list_id ?? '')
  const priority = PRIORITIES[task.priority]
  return [
    'BEGIN:VTODO',
    `UID:${task.id}`,
    `DTSTAMP:${moment(task.updated_at)}`,
    `CREATED:${moment(task.created_at)}`,
    `LAST-MODIFIED:${moment(task.updated_at)}`,
    `SUMMARY:${escaped(task.title)}`,
    ...(task.description ? [`DESCRIPTION:${escaped(task.description)}`] : []),
    ...start(task),
    ...due(task, due_instant),
    ...recurrence(task, due_instant),
    ...(priority === undefined ? [] : [`PRIORITY:${priority}`]),
    // A line each: some readers do not find the comma behind a label that ends with a backslash.
    ...task.labels.map((label) => `CATEGORIES:${escaped(label)}`),
    ...(task.parent_id === null ? [] : [`RELATED-TO:${task.parent_id}`]),
    ...(list === undefined ? [] : [`X-DOCKET-LIST:${escaped(list)}`]),
    ...(task.completed_at === null
      ? ['STATUS:NEEDS-ACTION']
      : ['STATUS:COMPLETED', `COMPLETED:${moment(task.completed_at)}`]),
    'END:VTODO',
  ]
}

/** Only where it is of the type of DUE, and before it (3.8.2.3). */
function start({ starts_on, due_date, due_time }: Task): string[] {
  const isBefore = due_date === null || (due_time === null && String(starts_on) < due_date)
  return starts_on === null || !isBefore
    ? []
    : [`DTSTART;VALUE=DATE:${starts_on.replaceAll('-', '')}`]
}

/** A moment in UTC, where it is one; a time without a zone floats (3.3.5), a day is a date. */
function due({ due_date, due_time }: Task, due_instant: string | null): string[] {
  if (due_date === null) return []
  if (due_instant !== null) return [`DUE:${moment(due_instant)}`]
  const day = due_date.replaceAll('-', '')
  return due_time === null
    ? [`DUE;VALUE=DATE:${day}`]
    : [`DUE:${day}T${due_time.replace(':', '')}00`]
}

/**
 * The rule of an open task; a completed one goes on as the next task of its series. UNTIL is of the
 * type of DUE (3.3.10): the end of that day, where it is a time.
 */
function recurrence({ recurrence, completed, due_time }: Task, due_instant: string | null) {
  if (recurrence === null || completed) return []
  const end = due_time === null ? '' : due_instant === null ? 'T235959' : 'T235959Z'
  return [`RRULE:${recurrence.rule.replace(/UNTIL=\d+/, `$&${end}`)}`]
}

/** `2026-11-21T09:30:00.120Z` -> `20261121T093000Z` */
const moment = (time: string) => time.replace(/\.\d+/, '').replaceAll(/[-:]/g, '')

/**
 * As the value of a TEXT (3.3.11); of the control characters only tab and line break can be in one.
 */
function escaped(text: string): string {
  return text
    .replaceAll(/\r\n?|\u2028|\u2029/g, '\n')
    .replaceAll(/[^\P{Cc}\t\n]/gu, '')
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n')
}

const lines = (contents: string[]) => contents.map((content) => `${folded(content)}\r\n`).join('')

/** Lines of at most 75 octets, none of which ends inside a character (3.1). */
function folded(content: string): string {
  if (Buffer.byteLength(content) <= FOLD_AT) return content
  let text = ''
  let length = 0
  for (const character of content) {
    const octets = Buffer.byteLength(character)
    if (length + octets > FOLD_AT) {
      text += '\r\n '
      length = 1
    }
    text += character
    length += octets
  }
  return text
}
