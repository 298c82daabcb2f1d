import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { type FieldError, problem } from '../problems.ts'
import { type Actions, actionOf, type BulkFailure, bulkWrite, type Operation } from './bulk.ts'
import { type Progress, selectChanges } from './changes.ts'
import type { Cursors } from './cursor.ts'
import type { InFeed, Resource } from './fields.ts'
import { replayedHeader, toIdempotencyKey } from './idempotency/idempotency.ts'
import { pageTags } from './precondition.ts'
import { ownCodeOf, violationError } from './rule-violation.ts'
import { emptyTrash } from './write/empty-trash.ts'

/**
 * The operations on resources of all kinds.
 *
 * @param kinds those that have a trash; a kind comes after those that refer to it
 * @param followed those in the change feed
 * @param actions what the operations of a bulk do
 */
export function resourceOperations(
  database: Database,
  cursors: Cursors,
  kinds: Resource[],
  followed: InFeed[],
  actions: Actions,
): Pick<Handlers, 'applyOperations' | 'emptyTrash' | 'listChanges'> {
  return {
    async applyOperations({ header, body }, caller) {
      const key = toIdempotencyKey(header['Idempotency-Key'], 'applyOperations', undefined, body)
      const bulk = await bulkWrite(database, caller, actions, body.operations, key)
      if (!bulk) return problem('session_ended')
      if (bulk.outcome === 'key_reused') return problem('idempotency_key_reused')
      if (bulk.outcome === 'not_done')
        return failureResponse(actions, body.operations, bulk.index, bulk.failure)
      return { status: 200, headers: replayedHeader(bulk.outcome), body: bulk.body }
    },

    async emptyTrash({ header }, caller) {
      const key = toIdempotencyKey(header['Idempotency-Key'], 'emptyTrash', undefined, undefined)
      const emptied = await emptyTrash(database, caller, kinds, key)
      if (!emptied) return problem('session_ended')
      if (emptied.outcome === 'key_reused') return problem('idempotency_key_reused')
      return { status: 200, headers: replayedHeader(emptied.outcome), body: emptied.body }
    },

    async listChanges({ query, header }, caller) {
      const feed = JSON.stringify([caller.userId, 'changes'])
      const since =
        query.since === undefined ? undefined : cursors.read<Progress>(feed, query.since)
      // Made with another secret, or not by this server: a copy that holds it starts over, as after
      // any other loss.
      if (query.since !== undefined && !since) return problem('changes_gone')
      const { limit } = query
      const { etag, unchanged } = pageTags('')
      const found = await selectChanges(database, caller, followed, {
        since,
        limit,
        unchanged: unchanged(header['If-None-Match']),
      })
      if (!found) return problem('session_ended')
      const { state, changes, end } = found
      const begun = since?.begun ?? state.version
      if (
        since &&
        (since.epoch !== state.epoch ||
          since.version > state.version ||
          Math.max(since.version, begun) < state.forgotten)
      )
        return problem('changes_gone')
      const headers = { ETag: etag(String(state.version)) }
      if (!state.changed) return { status: 304, headers }
      const version = end ?? state.version
      return {
        status: 200,
        headers,
        body: {
          items: changes,
          cursor: cursors.write<Progress>(feed, { epoch: state.epoch, version, begun }),
          has_more: end !== undefined,
        },
      }
    },
  }
}

/** The problem that the operation would have alone, with its place in the request. */
function failureResponse(
  actions: Actions,
  operations: Operation[],
  index: number,
  failure: BulkFailure,
) {
  const operation = operations[index]
  if (!operation) throw new Error(`There is no operation ${index}`)
  const { kind, body } = actionOf(actions, operation)
  const { type, rules } = kind.resource
  const member = kind.namedBy ?? 'id'
  const at = (name: string, detail: string): FieldError[] => [
    { in: 'body', pointer: `/operations/${index}/${name}`, code: 'invalid', detail },
  ]
  switch (failure.outcome) {
    case 'missing':
      return problem(kind.missing, { errors: at(member, `Is not the ${member} of a ${type}.`) })
    case 'taken':
      if (!kind.taken) throw new Error(`Clients choose no ids of a ${type}`)
      return problem(kind.taken, { errors: at('value/id', `Is the id of another ${type}.`) })
    case 'stale':
      return problem('version_stale', {
        headers: { ETag: failure.value.etag },
        errors: at('if_match', `Is no longer the etag of the ${type}.`),
      })
    case 'refused': {
      const sent: object = (body === '' ? operation : Object(operation)[body]) ?? {}
      const { pointer, detail } = violationError(rules, failure.violation, sent)
      const code = ownCodeOf(rules, failure.violation) ?? 'invalid_body'
      // Without a body of its own, it is a member of the operation, or the whole of it.
      const place = body === '' ? pointer.slice(1) || member : `${body}${pointer}`
      return problem(code, { errors: at(place, detail) })
    }
  }
}
