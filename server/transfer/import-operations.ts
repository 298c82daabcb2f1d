import type { components } from '../../sdk/contract.gen.ts'
import type { Caller, Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { listsOfFile } from '../lists/lists-of-file.ts'
import { type FieldError, problem } from '../problems.ts'
import {
  type IdempotencyKey,
  replayedHeader,
  toIdempotencyKey,
} from '../resource/idempotency/idempotency.ts'
import { idempotentTransaction } from '../resource/idempotency/transaction.ts'
import { violationError } from '../resource/rule-violation.ts'
import type { Quota } from '../resource/write/quota.ts'
import { tasks } from '../tasks/fields.ts'
import { insertTasks, type RowResult } from '../tasks/write/insert-tasks.ts'
import { colorLabels } from './import-labels.ts'
import { byPosition, type ImportedRow, type ReadRow, readRows, refused } from './imported-row.ts'
import { readCsv } from './read-csv.ts'

type Schemas = components['schemas']
type Report = Schemas['TaskImportReport']
interface ReadFile extends Required<Pick<Schemas['TaskImport'], 'lists' | 'labels'>> {
  rows: ReadRow[]
}
type ReportedRow = Report['rows'][number]

/** The operation that takes a file. */
export function importOperations(database: Database, quota: Quota): Pick<Handlers, 'importTasks'> {
  return {
    async importTasks({ header, body }, caller) {
      const file =
        typeof body === 'string'
          ? await readCsv(body)
          : { rows: body.items, lists: body.lists ?? [], labels: body.labels ?? [] }
      if ('malformed' in file)
        return problem('malformed_csv', { errors: [refused('', file.malformed)] })
      if ('errors' in file) return problem('invalid_body', { errors: file.errors })
      const { lists = [], labels = [] } = 'lists' in file ? file : {}
      const rows = await readRows(caller.userId, file.rows)
      // By what was read of the file: a row that is refused may be anything, nested deeper than can
      // be written down.
      const imported = await importRows(
        database,
        quota,
        caller,
        { lists, labels, rows },
        toIdempotencyKey(header['Idempotency-Key'], 'importTasks', undefined, [
          lists,
          labels,
          rows,
        ]),
      )
      if (!imported) return problem('session_ended')
      if (imported.outcome === 'key_reused') return problem('idempotency_key_reused')
      return { status: 200, headers: replayedHeader(imported.outcome), body: imported.body }
    },
  }
}

/** Takes every row that can be taken, at once. */
function importRows(
  database: Database,
  quota: Quota,
  caller: Caller,
  { lists, labels, rows }: ReadFile,
  key: IdempotencyKey | undefined,
) {
  return idempotentTransaction(database, caller, key, async (statements) => {
    const drafts = rows.flatMap((read) => ('draft' in read ? read.draft : []))
    const inLists = await listsOfFile(statements, caller, lists, quota)
    const placed: ImportedRow[] = []
    for (const draft of drafts)
      placed.push({ ...draft, list_id: await inLists.idFor(draft.list_id, draft.list) })
    const results = await insertTasks(statements, caller, byPosition(placed), quota)
    const colored = await colorLabels(statements, caller, labels, quota)
    return (
      results && {
        ...reportOf(rows, new Map(results.map((result) => [result.row, result]))),
        lists_created: inLists.created,
        labels_colored: colored,
      }
    )
  })
}

function reportOf(
  read: ReadRow[],
  results: Map<number, RowResult>,
): Omit<Report, 'lists_created' | 'labels_colored'> {
  const rows = read.map((each): ReportedRow => {
    if ('errors' in each)
      return { row: each.row, outcome: 'refused', task_id: null, errors: each.errors }
    const result = results.get(each.row)
    if (!result) throw new Error(`Nothing is known of row ${each.row}`)
    if (result.outcome === 'created' || result.outcome === 'unchanged')
      return { row: each.row, outcome: result.outcome, task_id: each.draft.id }
    return {
      row: each.row,
      outcome: 'refused',
      task_id: null,
      errors: [
        result.outcome === 'refused'
          ? violationError(tasks.rules, result.violation, each.draft)
          : isThere(result.outcome, each.draft),
      ],
    }
  })
  const count = (outcome: ReportedRow['outcome']) =>
    rows.filter((row) => row.outcome === outcome).length
  return {
    created: count('created'),
    unchanged: count('unchanged'),
    refused: count('refused'),
    rows,
  }
}

/** Why a task that is there already stays as it is. */
function isThere(outcome: 'trashed' | 'taken', { isIdMade }: ImportedRow): FieldError {
  if (outcome === 'trashed')
    return isIdMade
      ? refused('', 'was imported before and is in the trash; restore it there')
      : refused('/id', 'Is the id of a task in the trash. Restore it there.')
  return isIdMade
    ? refused('', 'was imported before and has changed since; it stays as it is')
    : refused('/id', 'Is the id of a task that is not the same, which stays as it is.')
}
