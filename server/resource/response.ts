import { problem } from '../problems.ts'
import type { Kind } from './bulk.ts'
import { replayedHeader, toIdempotencyKey } from './idempotency/idempotency.ts'
import { versionsToMatch } from './precondition.ts'
import type { ChangeResult, WriteResult } from './result.ts'
import { ownCodeOf, type Rules, violationError } from './rule-violation.ts'
import type { Guard } from './write/write.ts'

interface Value {
  id: string
  user_id: string
  etag: string
}
type Success = { status: 200 | 201 | 204; headers: object }

/** What a write must meet, from the headers of its request. */
export function guardOf(
  operation: string,
  id: string,
  header: { 'If-Match'?: string; 'Idempotency-Key'?: string },
  body?: object,
): Guard {
  return {
    ifMatch: versionsToMatch(header['If-Match']),
    key: toIdempotencyKey(header['Idempotency-Key'], operation, id, body),
  }
}

/**
 * The responses to writes of one kind of resource.
 *
 * @param missing the problem code of an unknown id
 * @param rules the sentences of its rules
 */
export function writeResponses<Missing extends Kind['missing']>(missing: Missing, rules: Rules) {
  function responseOf<V extends Value, S extends Success>(
    written: WriteResult<V>,
    sent: object,
    toSuccess: (value: V, status: number) => S,
  ) {
    if (written.outcome === 'key_reused') return problem('idempotency_key_reused')
    if (written.outcome === 'refused')
      return problem('invalid_body', { errors: [violationError(rules, written.violation, sent)] })
    const success = toSuccess(written.value as V, written.status)
    return { ...success, headers: { ...success.headers, ...replayedHeader(written.outcome) } }
  }

  return {
    responseOf,

    /** Undefined but for a violation with a problem code of its own. */
    ownProblemOf(written: WriteResult<Value> | { outcome: string } | undefined, sent: object) {
      if (written?.outcome !== 'refused' || !('violation' in written)) return undefined
      const code = ownCodeOf(rules, written.violation)
      if (!code) return undefined
      const error = violationError(rules, written.violation, sent)
      return problem(code, error.pointer === '' ? {} : { errors: [error] })
    },

    changeResponse<V extends Value, S extends Success>(
      written: ChangeResult<V> | undefined,
      sent: object,
      toSuccess: (value: V, status: number) => S,
    ) {
      if (!written) return problem('session_ended')
      if (written.outcome === 'missing') return problem(missing)
      if (written.outcome === 'stale')
        return problem('version_stale', { headers: { ETag: written.value.etag } })
      return responseOf(written, sent, toSuccess)
    },
  }
}

/** 200 with the resource. */
export const withBody = <V extends Value>(body: V) => ({
  status: 200 as const,
  headers: { ETag: body.etag },
  body,
})

/** 201, or 200 where it existed already, with its place. */
export const createdAt =
  (collection: string) =>
  <V extends Value>(body: V, status: number) => {
    const Location = `/api/${body.user_id}/${collection}/${body.id}`
    const headers = { Location, ETag: body.etag }
    return status === 200
      ? { status: 200 as const, headers, body }
      : { status: 201 as const, headers, body }
  }
export const withoutBody = () => ({ status: 204 as const, headers: {} })
