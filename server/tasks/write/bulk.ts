import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database, Statements } from '../../database/database.ts'
import type { IdempotencyKey } from '../../resource/idempotency.ts'
import {
  type IdempotentResult,
  idempotentTransaction,
} from '../../resource/idempotent-transaction.ts'
import { moveResource } from '../../resource/move.ts'
import { versionsToMatch } from '../../resource/precondition.ts'
import type { Quota } from '../../resource/quota.ts'
import type { ChangeResult, CreateResult } from '../../resource/result.ts'
import type { RuleViolation } from '../../resource/rule-violation.ts'
import { deleteResource, restoreResource } from '../../resource/trash.ts'
import { tasks } from '../fields.ts'
import { insertTask } from './insert-task.ts'
import { updateTask } from './update-task.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Operation = Schemas['TaskOperation']

/** Why an operation cannot be done; then none is. */
export type BulkFailure =
  | { outcome: 'missing' | 'taken' }
  | { outcome: 'stale'; value: Task }
  | { outcome: 'refused'; violation: RuleViolation }
export type BulkResult =
  | IdempotentResult<Schemas['TaskOperationResults']>
  | { outcome: 'not_done'; index: number; operation: Operation; failure: BulkFailure }

/** Rolls the transaction back. */
class BulkAborted extends Error {
  readonly index: number
  readonly operation: Operation
  readonly failure: BulkFailure | 'session_ended'
  constructor(index: number, operation: Operation, failure: BulkFailure | 'session_ended') {
    super('an operation failed')
    this.index = index
    this.operation = operation
    this.failure = failure
  }
}

/**
 * Does all operations in their order, or none. Undefined when the caller's session has ended.
 */
export async function bulkWrite(
  database: Database,
  quota: Quota,
  caller: Caller,
  operations: Operation[],
  key: IdempotencyKey | undefined,
): Promise<BulkResult | undefined> {
  try {
    return await idempotentTransaction(database, caller, key, async (statements) => {
      const body: Schemas['TaskOperationResults'] = { items: [] }
      for (const [index, operation] of operations.entries()) {
        const result = await writeOne(statements, quota, caller, operation)
        if (!result) throw new BulkAborted(index, operation, 'session_ended')
        if (result.outcome === 'key_reused' || result.outcome === 'replayed')
          throw new Error('An operation of a bulk has no key of its own')
        if (result.outcome !== 'done') throw new BulkAborted(index, operation, result)
        body.items.push(result.value)
      }
      return body
    })
  } catch (error) {
    if (!(error instanceof BulkAborted)) throw error
    return error.failure === 'session_ended'
      ? undefined
      : {
          outcome: 'not_done',
          index: error.index,
          operation: error.operation,
          failure: error.failure,
        }
  }
}

function writeOne(
  statements: Statements,
  quota: Quota,
  caller: Caller,
  operation: Operation,
): Promise<CreateResult<Task> | ChangeResult<Task> | undefined> {
  if (operation.action === 'create') {
    const { id = uuidv7(), ...fields } = operation.task
    return insertTask(statements, caller, id, fields, undefined, quota)
  }
  const { task_id } = operation
  const guard = { ifMatch: versionsToMatch(operation.if_match), key: undefined }
  switch (operation.action) {
    case 'update':
      return updateTask(statements, caller, task_id, operation.changes, guard, quota)
    case 'complete':
      return updateTask(
        statements,
        caller,
        task_id,
        { completed: operation.completed },
        guard,
        quota,
      )
    case 'move':
      return moveResource(statements, caller, tasks, task_id, operation.place, guard)
    case 'delete':
      return deleteResource(statements, caller, tasks, task_id, guard)
    case 'restore':
      return restoreResource(statements, caller, tasks, task_id, guard)
  }
}
