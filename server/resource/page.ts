import { problem } from '../problems.ts'
import type { Cursors, Place, WalkProgress } from './cursor.ts'

/** Counting stops here: an exact number would cost reading all resources. */
export const COUNT_LIMIT = 1_000

/** Bytes of text with which a page ends before it has as many items as were asked for. */
export const PAGE_BYTES = 1_000_000

/** A page of resources of one kind, and the version of the user that it is of. */
export type Page<Value> =
  | { changed: false; version: string }
  | {
      changed: true
      version: string
      /** Counted on the first page, up to one over `COUNT_LIMIT`. */
      total: number
      items: Value[]
      /** Where the page ends, when there are more. */
      end: Place | undefined
    }

/**
 * The progress in the cursor of a request; undefined where it has none, a problem where it is of
 * something else.
 *
 * @param walk of whose resources it is, in which order and by which filters
 */
export function readCursor(cursors: Cursors, walk: string, text: string | undefined) {
  if (text === undefined) return { progress: undefined }
  const progress = cursors.read<WalkProgress>(walk, text)
  if (progress) return { progress }
  const detail = 'Is not a cursor of this list.'
  return {
    refused: problem('cursor_invalid', {
      errors: [{ in: 'query', pointer: '/cursor', code: 'invalid', detail }],
    }),
  }
}

/** The response with a page, or 304 where the client has it already. */
export function pageResponse<Value>(
  cursors: Cursors,
  walk: string,
  progress: WalkProgress | undefined,
  page: Page<Value> | undefined,
  etag: (version: string) => string,
) {
  if (!page) return problem('session_ended')
  const headers = { ETag: etag(page.version) }
  if (!page.changed) return { status: 304 as const, headers }
  const total = progress?.total ?? Math.min(page.total, COUNT_LIMIT)
  const totalIsExact = progress?.totalIsExact ?? page.total <= COUNT_LIMIT
  const next_cursor = page.end
    ? cursors.write<WalkProgress>(walk, { after: page.end, total, totalIsExact })
    : null
  const body = { items: page.items, total, total_is_exact: totalIsExact, next_cursor }
  return { status: 200 as const, headers, body }
}
