import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Database, Statements } from '../database/database.ts'
import type { Resource } from './fields.ts'
import type { IdempotencyKey } from './idempotency/idempotency.ts'
import { type IdempotentResult, idempotentTransaction } from './idempotency/transaction.ts'
import { versionsToMatch } from './precondition.ts'
import type { ChangeResult, CreateResult } from './result.ts'
import type { RuleViolation } from './rule-violation.ts'
import type { Guard } from './write/write.ts'

type Schemas = components['schemas']
export type Operation = Schemas['Operation']
type Result = Schemas['OperationResult']
type Value = Result['value']
/** What can be of another version than expected. */
type Versioned = NonNullable<Value>

/** A kind of resource as problems name it. */
export interface Kind {
  resource: Pick<Resource, 'type' | 'rules'>
  missing: 'task_not_found' | 'list_not_found' | 'label_not_found'
  /** Of a kind whose ids clients may choose. */
  taken?: 'task_id_taken' | 'list_id_taken'
  /** The member by which an operation names one; absent: its id. */
  namedBy?: 'name'
}

/** What an operation of a bulk does. */
export interface Action<Op> {
  kind: Kind
  /** The member that holds what its own request would have as its body; blank: none. */
  body: 'value' | 'changes' | 'place' | ''
  perform(
    statements: Statements,
    caller: Caller,
    operation: Op,
  ): Promise<CreateResult<Value> | ChangeResult<Versioned> | undefined>
}
export type Actions = {
  [Name in Operation['action']]: Action<Extract<Operation, { action: Name }>>
}

/** Why an operation cannot be done; then none is. */
export type BulkFailure =
  | { outcome: 'missing' | 'taken' }
  | { outcome: 'stale'; value: Versioned }
  | { outcome: 'refused'; violation: RuleViolation }
export type BulkResult =
  | IdempotentResult<Schemas['OperationResults']>
  | { outcome: 'not_done'; index: number; failure: BulkFailure }

/** Rolls the transaction back. */
class BulkAborted extends Error {
  readonly index: number
  readonly failure: BulkFailure | 'session_ended'
  constructor(index: number, failure: BulkFailure | 'session_ended') {
    super('an operation failed')
    this.index = index
    this.failure = failure
  }
}

/** The operations of each action are those of its own type, which TypeScript cannot follow. */
export const actionOf = (actions: Actions, { action }: Operation) =>
  actions[action] as Action<Operation>

/** The condition of an operation. Only the whole request has an idempotency key. */
export const guardOfOperation = ({ if_match }: { if_match?: string }): Guard => ({
  ifMatch: versionsToMatch(if_match),
  key: undefined,
})

/**
 * Does all operations in their order, or none. Undefined when the caller's session has ended.
 */
export async function bulkWrite(
  database: Database,
  caller: Caller,
  actions: Actions,
  operations: Operation[],
  key: IdempotencyKey | undefined,
): Promise<BulkResult | undefined> {
  try {
    return await idempotentTransaction(database, caller, key, async (statements) => {
      const body: Schemas['OperationResults'] = { items: [] }
      for (const [index, operation] of operations.entries()) {
        const { kind, perform } = actionOf(actions, operation)
        const result = await perform(statements, caller, operation)
        if (!result) throw new BulkAborted(index, 'session_ended')
        if (result.outcome === 'key_reused' || result.outcome === 'replayed')
          throw new Error('An operation of a bulk has no key of its own')
        if (result.outcome !== 'done') throw new BulkAborted(index, result)
        body.items.push({ type: kind.resource.type, value: result.value } as Result)
      }
      return body
    })
  } catch (error) {
    if (!(error instanceof BulkAborted)) throw error
    return error.failure === 'session_ended'
      ? undefined
      : { outcome: 'not_done', index: error.index, failure: error.failure }
  }
}
