import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import type { Cursors } from '../resource/cursor.ts'
import { replayedHeader, toIdempotencyKey } from '../resource/idempotency/idempotency.ts'
import { pageResponse, readCursor } from '../resource/page.ts'
import { pageTags } from '../resource/precondition.ts'
import type { Quota } from '../resource/write/quota.ts'
import { selectLabels } from './select-labels.ts'
import { type LabelResult, writeLabel } from './write-label.ts'

/** The operations on labels. */
export function labelOperations(
  database: Database,
  cursors: Cursors,
  quota: Quota,
): Pick<Handlers, 'listLabels' | 'updateLabel' | 'deleteLabel'> {
  return {
    async listLabels({ query, header }, caller) {
      const { limit, cursor } = query
      const walk = JSON.stringify([caller.userId, 'labels'])
      const { progress, refused } = readCursor(cursors, walk, cursor)
      if (refused) return refused
      const { etag, unchanged } = pageTags('')
      const page = await selectLabels(database, caller, {
        after: progress?.after,
        limit,
        unchanged: unchanged(header['If-None-Match']),
      })
      return pageResponse(cursors, walk, progress, page, etag)
    },

    async updateLabel({ path, header, body }, caller) {
      const key = toIdempotencyKey(header['Idempotency-Key'], 'updateLabel', path.name, body)
      const written = await writeLabel(database, caller, path.name, body, key, quota)
      return written?.outcome === 'refused' ? problem('quota_exceeded') : responseOf(written)
    },

    async deleteLabel({ path, header }, caller) {
      const key = toIdempotencyKey(header['Idempotency-Key'], 'deleteLabel', path.name, undefined)
      return responseOf(await writeLabel(database, caller, path.name, { name: null }, key, quota))
    },
  }
}

function responseOf(written: LabelResult | undefined) {
  if (!written) return problem('session_ended')
  switch (written.outcome) {
    case 'missing':
      return problem('label_not_found')
    case 'key_reused':
      return problem('idempotency_key_reused')
    case 'refused':
      throw new Error(`Less than before violates ${written.violation}`)
  }
  const { changed, is_complete } = written.value
  const headers = replayedHeader(written.outcome)
  return { status: 200 as const, headers, body: { changed, is_complete } }
}
