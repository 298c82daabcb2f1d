import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../../sdk/contract.gen.ts'
import type { Caller } from '../../contract/handlers.ts'
import type { Database, Statements } from '../../database/database.ts'
import type { Once } from '../../resource/idempotency.ts'
import { type DoneOnce, onceTogether } from '../../resource/idempotent-transaction.ts'
import { versionsToMatch } from '../../resource/precondition.ts'
import type { Fault } from '../fault.ts'
import type { Quota } from './quota.ts'
import {
  type Changed,
  type Created,
  deleteTask,
  insertTask,
  moveTask,
  restoreTask,
  updateTask,
} from './store.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type Operation = Schemas['TaskOperation']

/** Why an operation is not done, and so none is. */
export type Refusal =
  | { outcome: 'missing' | 'taken' }
  | { outcome: 'stale'; task: Task }
  | { outcome: 'refused'; fault: Fault }
export type Bulk =
  | DoneOnce<Schemas['TaskOperationResults']>
  | { outcome: 'not_done'; index: number; refusal: Refusal }

/** Undoes what was done before it. */
class NotDone extends Error {
  readonly index: number
  readonly refusal: Refusal | 'session_ended'
  constructor(index: number, refusal: Refusal | 'session_ended') {
    super('an operation was refused')
    this.index = index
    this.refusal = refusal
  }
}

/** Does all of them, in their order, or none; undefined when the caller's session has ended. */
export async function doAll(
  database: Database,
  quota: Quota,
  caller: Caller,
  operations: Operation[],
  request: Once | undefined,
): Promise<Bulk | undefined> {
  try {
    return await onceTogether(database, caller, request, async (statements) => {
      const answer: Schemas['TaskOperationResults'] = { items: [] }
      for (const [index, operation] of operations.entries()) {
        const done = await doOne(statements, quota, caller, operation)
        if (!done) throw new NotDone(index, 'session_ended')
        if (done.outcome !== 'done') throw new NotDone(index, done as Refusal)
        answer.items.push(done.task)
      }
      return answer
    })
  } catch (error) {
    if (!(error instanceof NotDone)) throw error
    return error.refusal === 'session_ended'
      ? undefined
      : { outcome: 'not_done', index: error.index, refusal: error.refusal }
  }
}

function doOne(
  statements: Statements,
  quota: Quota,
  caller: Caller,
  operation: Operation,
): Promise<Created | Changed | undefined> {
  if (operation.action === 'create') {
    const { id = uuidv7(), ...fields } = operation.task
    return insertTask(statements, caller, id, fields, undefined, quota)
  }
  const { task_id } = operation
  const guard = { ifMatch: versionsToMatch(operation.if_match), once: undefined }
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
      return moveTask(statements, caller, task_id, operation.place, guard)
    case 'delete':
      return deleteTask(statements, caller, task_id, guard)
    case 'restore':
      return restoreTask(statements, caller, task_id, guard)
  }
}
