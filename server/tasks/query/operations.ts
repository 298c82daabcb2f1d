import type { Handlers } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { problem } from '../../problems.ts'
import type { Cursors, ListProgress } from '../../resource/cursor.ts'
import { listTags } from '../../resource/precondition.ts'
import type { Filter } from './filter.ts'
import { type LocalTime, localTimeIn } from './local-time.ts'
import { COUNT_LIMIT } from './page.ts'
import { selectTaskCounts } from './task-counts.ts'
import { selectTaskPage } from './task-page.ts'

/** The operations that read many tasks. */
export function queryOperations(
  database: Database,
  cursors: Cursors,
): Pick<Handlers, 'listTasks' | 'getTaskCounts'> {
  return {
    async listTasks({ query, header }, caller) {
      const { limit, cursor: text, sort, time_zone, ...filter } = query
      const list = JSON.stringify([
        caller.userId,
        sort,
        time_zone,
        Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)),
      ])
      const cursor = text === undefined ? undefined : cursors.read<ListProgress>(list, text)
      if (text !== undefined && !cursor) {
        return problem('cursor_invalid', {
          errors: [
            {
              in: 'query',
              pointer: '/cursor',
              code: 'invalid',
              detail: 'Is not a cursor of this list.',
            },
          ],
        })
      }
      const due = filter.due && {
        is: filter.due,
        localTime: localTimeIn(time_zone, Date.now()),
      }
      const { etag, unchanged } = listTags(due ? READINGS[due.is](due.localTime) : '')
      // The contract's defaults stand in where the caller says nothing.
      const request = {
        filter,
        localTime: due?.localTime,
        sort,
        after: cursor?.after,
        limit,
      }
      const page = await selectTaskPage(database, caller, {
        ...request,
        unchanged: unchanged(header['If-None-Match']),
      })
      if (!page) return problem('session_ended')
      const headers = { ETag: etag(page.version) }
      if (!page.changed) return { status: 304, headers }
      const total = cursor?.total ?? Math.min(page.total, COUNT_LIMIT)
      const totalIsExact = cursor?.totalIsExact ?? page.total <= COUNT_LIMIT
      const next = page.end
        ? cursors.write<ListProgress>(list, { after: page.end, total, totalIsExact })
        : null
      return {
        status: 200,
        headers,
        body: { items: page.tasks, total, total_is_exact: totalIsExact, next_cursor: next },
      }
    },

    async getTaskCounts({ query, header }, caller) {
      const localTime = localTimeIn(query.time_zone, Date.now())
      const { etag, unchanged } = listTags(localTime.utcMinute)
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
  }
}

/** How finely the clock on the wall decides what is in a list. */
const READINGS: Record<NonNullable<Filter['due']>, (localTime: LocalTime) => string> = {
  overdue: ({ utcMinute }) => utcMinute,
  today: ({ today }) => today,
  upcoming: ({ today }) => today,
  none: () => '',
}
