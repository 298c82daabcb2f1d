import { setImmediate as nextTurn } from 'node:timers/promises'
import { v5 as uuidv5 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import { fieldError } from '../contract/field-errors.ts'
import { validatorFor } from '../contract/schemas.ts'
import type { FieldError } from '../problems.ts'
import type { TaskRow } from '../tasks/write/insert-tasks.ts'

type ImportedTask = components['schemas']['ImportedTask']

/** The values of members that are treated as absent, as JSON. */
const UNSAID = ['null', 'false', '""', '"none"', '[]']

const check = validatorFor({ $ref: '#/components/schemas/ImportedTask' })

/** Most reasons that the report gives for a row. */
const REASONS = 3
/** Rows that are read before other requests are served. */
const ROWS_AT_A_TIME = 100

/** A row that may become a task. */
export interface ImportedRow extends TaskRow {
  /** Whether the id was made of what the row says. */
  isIdMade: boolean
}
export type ReadRow = { row: number; draft: ImportedRow } | { row: number; errors: FieldError[] }

/**
 * The rows of a file, each with its id. A row without an id gets one derived from its content,
 * which is the same every time. So importing a file twice creates no duplicates.
 *
 * @param userId the user among whose tasks the ids must be unique
 */
export async function readRows(
  userId: string,
  rows: readonly Record<string, unknown>[],
): Promise<ReadRow[]> {
  const rowOfId = new Map<string, number>()
  const timesSaid = new Map<string, number>()

  function read(given: Record<string, unknown>, row: number): ReadRow {
    const errors = check(given)
    if (errors.length > 0)
      return { row, errors: errors.slice(0, REASONS).map((error) => fieldError('body', error)) }
    const task = given as ImportedTask
    const { completed_at: completedAt = null, completed = completedAt !== null } = task
    if (!completed && completedAt !== null)
      return {
        row,
        errors: [
          refused('/completed_at', 'Is when it was completed, and completed says that it is not.'),
        ],
      }
    const id = task.id ?? idOf(task)
    const earlier = rowOfId.get(id)
    if (earlier !== undefined)
      return { row, errors: [refused('/id', `is the id of row ${earlier} too`)] }
    rowOfId.set(id, row)
    return { row, draft: { ...task, row, id, completed, isIdMade: task.id === undefined } }
  }

  /**
   * Rows with equal content are separate tasks, so the id also depends on the number of equal rows
   * before it. Default values do not change the id.
   */
  function idOf({
    user_id,
    etag,
    position,
    series_id,
    next_task_id,
    ...content
  }: ImportedTask): string {
    const isSaid = ([, value]: [string, unknown]) => !UNSAID.includes(JSON.stringify(value))
    const said = JSON.stringify(
      Object.entries(content)
        .filter(isSaid)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
    const times = timesSaid.get(said) ?? 0
    timesSaid.set(said, times + 1)
    return uuidv5(`${times} ${said}`, userId)
  }

  const readSoFar: ReadRow[] = []
  for (const [index, given] of rows.entries()) {
    if (index % ROWS_AT_A_TIME === 0) await nextTurn()
    readSoFar.push(read(given, index + 1))
  }
  return readSoFar
}

/**
 * In the order in which they come to the bottom of the manual order: that of their positions where
 * every row has one, else that of the file.
 */
export function byPosition(drafts: ImportedRow[]): ImportedRow[] {
  if (drafts.some(({ position }) => position === undefined)) return drafts
  const compared = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return drafts.toSorted((a, b) => compared(a.position ?? '', b.position ?? ''))
}

export function refused(pointer: string, detail: string): FieldError {
  return { in: 'body', pointer, code: 'invalid', detail }
}
