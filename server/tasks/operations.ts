import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import type { Cursors } from './cursor.ts'
import { matchesWeakly, versionsToMatch } from './precondition.ts'
import { COUNT_LIMIT, deleteTask, insertTask, selectTask, selectTaskPage, toggleTask, updateTask, type Written } from './store.ts'

type Task = components['schemas']['Task']
type TaskOperation = 'listTasks' | 'createTask' | 'getTask' | 'updateTask' | 'deleteTask' | 'toggleTaskCompletion'

export function taskOperations(database: Database, cursors: Cursors): Pick<Handlers, TaskOperation> {
  return {
    async listTasks({ query }, caller) {
      const cursor = query.cursor === undefined ? undefined : cursors.read(caller.userId, query.cursor)
      if (query.cursor !== undefined && !cursor) {
        return problem('cursor_invalid', { errors: [{ in: 'query', pointer: '/cursor', code: 'invalid', detail: 'is not a cursor of this list' }] })
      }
      // The contract's default stands in when the caller says none.
      const limit = query.limit as number
      const page = await selectTaskPage(database, caller, cursor?.after, limit, !cursor)
      if (!page) return problem('session_ended')
      const total = cursor?.total ?? Math.min(page.total ?? 0, COUNT_LIMIT)
      const totalIsExact = cursor?.totalIsExact ?? (page.total ?? 0) <= COUNT_LIMIT
      const items = page.tasks.slice(0, limit)
      const last = page.tasks.length > limit ? items.at(-1) : undefined
      const next = last ? cursors.write(caller.userId, { after: { createdAt: last.created_at, id: last.id }, total, totalIsExact }) : null
      return { status: 200, body: { items, total, total_is_exact: totalIsExact, next_cursor: next } }
    },

    async createTask({ body }, caller) {
      const task = await insertTask(database, caller, uuidv7(), body)
      if (!task) return problem('session_ended')
      return { status: 201, headers: { Location: `/api/${task.user_id}/tasks/${task.id}`, ETag: task.etag }, body: task }
    },

    async getTask({ path, header }, caller) {
      const found = await selectTask(database, caller, path.task_id)
      if (!found) return problem('session_ended')
      if (!found.task) return problem('task_not_found')
      const headers = { ETag: found.task.etag }
      return matchesWeakly(header['If-None-Match'], found.task.etag) ? { status: 304, headers } : { status: 200, headers, body: found.task }
    },

    async updateTask({ path, header, body }, caller) {
      return written(await updateTask(database, caller, path.task_id, body, versionsToMatch(header['If-Match'])), changed)
    },

    async deleteTask({ path, header }, caller) {
      return written(await deleteTask(database, caller, path.task_id, versionsToMatch(header['If-Match'])), () => ({ status: 204 as const }))
    },

    async toggleTaskCompletion({ path, header, body }, caller) {
      const ifMatch = versionsToMatch(header['If-Match'])
      const result = body === undefined ? toggleTask(database, caller, path.task_id, ifMatch) : updateTask(database, caller, path.task_id, body, ifMatch)
      return written(await result, changed)
    },
  }
}

const changed = (task: Task) => ({ status: 200 as const, headers: { ETag: task.etag }, body: task })

function written<A>(result: Written | undefined, answer: (task: Task) => A) {
  if (!result) return problem('session_ended')
  if (!result.found) return problem('task_not_found')
  if (!result.matched) return problem('version_stale', { headers: { ETag: result.task.etag } })
  return answer(result.task)
}
