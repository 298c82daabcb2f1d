import type { components } from '../../sdk/contract.gen.ts'
import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { type FieldError, problem } from '../problems.ts'
import { emptyTrash } from '../resource/empty-trash.ts'
import { replayedHeader, toIdempotencyKey } from '../resource/idempotency.ts'
import type { Quota } from '../resource/quota.ts'
import { problemCodeOf, violationError } from '../resource/rule-violation.ts'
import { tasks } from './fields.ts'
import { type BulkFailure, bulkWrite } from './write/bulk.ts'

type Schemas = components['schemas']

/** The operations that write many tasks. */
export function bulkOperations(
  database: Database,
  quota: Quota,
): Pick<Handlers, 'bulkTasks' | 'emptyTrash'> {
  return {
    async bulkTasks({ header, body }, caller) {
      const bulk = await bulkWrite(
        database,
        quota,
        caller,
        body.operations,
        toIdempotencyKey(header['Idempotency-Key'], 'bulkTasks', undefined, body),
      )
      if (!bulk) return problem('session_ended')
      if (bulk.outcome === 'key_reused') return problem('idempotency_key_reused')
      if (bulk.outcome === 'not_done')
        return failureResponse(bulk.operation, bulk.index, bulk.failure)
      return { status: 200, headers: replayedHeader(bulk.outcome), body: bulk.body }
    },

    async emptyTrash({ header }, caller) {
      const emptied = await emptyTrash(
        database,
        caller,
        [tasks],
        toIdempotencyKey(header['Idempotency-Key'], 'emptyTrash', undefined, undefined),
      )
      if (!emptied) return problem('session_ended')
      if (emptied.outcome === 'key_reused') return problem('idempotency_key_reused')
      return { status: 200, headers: replayedHeader(emptied.outcome), body: emptied.body }
    },
  }
}

/** The member that holds what the operation's own request would have as its body. */
const BODIES = {
  create: 'task',
  update: 'changes',
  complete: '',
  move: 'place',
  delete: '',
  restore: '',
} as const

function sentIn(operation: Schemas['TaskOperation']): object {
  if (operation.action === 'create') return operation.task
  if (operation.action === 'update') return operation.changes
  return operation.action === 'move' ? operation.place : {}
}

/** The problem that the operation would have alone, with its place in the request. */
function failureResponse(operation: Schemas['TaskOperation'], index: number, failure: BulkFailure) {
  const at = (name: string, detail: string): FieldError[] => [
    { in: 'body', pointer: `/operations/${index}/${name}`, code: 'invalid', detail },
  ]
  switch (failure.outcome) {
    case 'missing':
      return problem('task_not_found', { errors: at('task_id', 'Is not the id of a task.') })
    case 'taken':
      return problem('task_id_taken', { errors: at('task/id', 'Is the id of another task.') })
    case 'stale':
      return problem('version_stale', {
        headers: { ETag: failure.value.etag },
        errors: at('if_match', 'Is no longer the etag of the task.'),
      })
    case 'refused': {
      const member = BODIES[operation.action]
      const { pointer, detail } = violationError(tasks.rules, failure.violation, sentIn(operation))
      return problem(problemCodeOf(failure.violation), {
        errors: at(`${member}${pointer}`, detail),
      })
    }
  }
}
