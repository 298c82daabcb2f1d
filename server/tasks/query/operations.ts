import { datesAfter } from '../../../rules/recurrence/dates.ts'
import { sentenceOf } from '../../../rules/recurrence/sentence.ts'
import type { Handlers } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { problem } from '../../problems.ts'
import type { Cursors } from '../../resource/cursor.ts'
import { pageResponse, readCursor } from '../../resource/page.ts'
import { pageTags } from '../../resource/precondition.ts'
import { isLive } from '../../resource/select.ts'
import type { Filter } from './filter.ts'
import { type LocalTime, localTimeIn } from './local-time.ts'
import { selectTaskCounts } from './task-counts.ts'
import { selectTaskPage } from './task-page.ts'

/** The operations that read many tasks. */
export function queryOperations(
  database: Database,
  cursors: Cursors,
): Pick<Handlers, 'listTasks' | 'getTaskCounts' | 'previewRecurrence'> {
  return {
    async listTasks({ query, header }, caller) {
      const { limit, cursor: text, sort, time_zone, ...filter } = query
      const walk = JSON.stringify([
        caller.userId,
        sort,
        time_zone,
        Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)),
      ])
      const { progress, refused } = readCursor(cursors, walk, text)
      if (refused) return refused
      const isTimed = filter.due !== undefined || filter.started !== undefined
      const localTime = isTimed ? localTimeIn(time_zone, Date.now()) : undefined
      const { etag, unchanged } = pageTags(localTime ? readingOf(filter, localTime) : '')
      // The contract's defaults stand in where the caller says nothing.
      const request = {
        filter,
        localTime,
        sort,
        after: progress?.after,
        limit,
      }
      const page = await selectTaskPage(database, caller, {
        ...request,
        unchanged: unchanged(header['If-None-Match']),
      })
      return pageResponse(cursors, walk, progress, page, etag)
    },

    async getTaskCounts({ query, header }, caller) {
      const localTime = localTimeIn(query.time_zone, Date.now())
      const { etag, unchanged } = pageTags(localTime.utcMinute)
      const found = await selectTaskCounts(
        database,
        caller,
        localTime,
        unchanged(header['If-None-Match']),
      )
      if (!found) return problem('session_ended')
      const headers = { ETag: etag(found.version) }
      return found.changed ? { status: 200, headers, body: found.counts } : { status: 304, headers }
    },

    async previewRecurrence({ query: { rule, from_date, count } }, caller) {
      if (!(await isLive(database, caller))) return problem('session_ended')
      const dates = datesAfter(rule, from_date, from_date, count)
      return { status: 200, headers: {}, body: { sentence: sentenceOf(rule), dates } }
    },
  }
}

/** What the filter reads of the clock on the wall: nothing, the day or the minute. */
function readingOf({ due, started }: Filter, { today, utcMinute }: LocalTime): string {
  if (due === 'overdue') return utcMinute
  return due === 'none' && started === undefined ? '' : today
}
