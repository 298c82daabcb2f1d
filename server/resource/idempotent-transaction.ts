import type { Caller } from '../contract/handlers.ts'
import type { Database, Statements } from '../database/database.ts'
import type { Once } from './idempotency.ts'
import { holdClock, keepAnswer, selectEarlier } from './idempotency-store.ts'

export type DoneOnce<Answer> =
  | { outcome: 'done' | 'replayed'; answer: Answer }
  | { outcome: 'key_reused' }

/**
 * Does several statements together, and once under their key, while nobody else writes a task of
 * the caller.
 * Undefined when the caller's session has ended, or where the work finds that out.
 */
export function onceTogether<Answer extends object>(
  database: Database,
  caller: Caller,
  request: Once | undefined,
  work: (statements: Statements) => Promise<Answer | undefined>,
): Promise<DoneOnce<Answer> | undefined> {
  return database.transaction(async (statements): Promise<DoneOnce<Answer> | undefined> => {
    if (!(await holdClock(statements, caller))) return undefined
    const earlier = request && (await selectEarlier<Answer>(statements, caller, request))
    if (earlier)
      return earlier.is_same
        ? { outcome: 'replayed', answer: earlier.answer }
        : { outcome: 'key_reused' }
    const answer = await work(statements)
    if (answer && request) await keepAnswer(statements, caller, request, answer)
    return answer && { outcome: 'done', answer }
  })
}
