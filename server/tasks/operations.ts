import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { type FieldError, problem } from '../problems.ts'
import { doAll, type Refusal } from './bulk.ts'
import { type Progress, selectTaskChanges } from './change-store.ts'
import type { Cursors, ListProgress } from './cursor.ts'
import { type DueClock, dueClock } from './due-clock.ts'
import { type Fault, faultError } from './fault.ts'
import type { Filter } from './filter.ts'
import { once } from './idempotency.ts'
import { COUNT_LIMIT, selectTaskCounts, selectTaskPage } from './list-store.ts'
import { listTags, matchesWeakly, versionsToMatch } from './precondition.ts'
import { type Changed, deleteTask, type Guard, insertTask, moveTask, restoreTask, selectTask, toggleTask, updateTask, type Written } from './store.ts'
import { emptyTrash } from './trash-store.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']
type TaskOperation =
  | 'listTasks'
  | 'getTaskCounts'
  | 'createTask'
  | 'getTask'
  | 'updateTask'
  | 'deleteTask'
  | 'toggleTaskCompletion'
  | 'moveTask'
  | 'restoreTask'
  | 'emptyTrash'
  | 'bulkTasks'
  | 'listTaskChanges'

export function taskOperations(database: Database, cursors: Cursors): Pick<Handlers, TaskOperation> {
  return {
    async listTasks({ query, header }, caller) {
      const { limit, cursor: text, sort, time_zone, ...filter } = query
      const list = JSON.stringify([caller.userId, sort, time_zone, Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1))])
      const cursor = text === undefined ? undefined : cursors.read<ListProgress>(list, text)
      if (text !== undefined && !cursor) {
        return problem('cursor_invalid', { errors: [{ in: 'query', pointer: '/cursor', code: 'invalid', detail: 'is not a cursor of this list' }] })
      }
      const due = filter.due && { is: filter.due, clock: dueClock(time_zone as string, Date.now()) }
      const { etag, unchanged } = listTags(due ? READINGS[due.is](due.clock) : '')
      // The contract's defaults stand in where the caller says nothing.
      const request = { filter, clock: due?.clock, sort: sort as NonNullable<typeof sort>, after: cursor?.after, limit: limit as number }
      const page = await selectTaskPage(database, caller, { ...request, unchanged: unchanged(header['If-None-Match']) })
      if (!page) return problem('session_ended')
      const headers = { ETag: etag(page.version) }
      if (!page.changed) return { status: 304, headers }
      const total = cursor?.total ?? Math.min(page.total, COUNT_LIMIT)
      const totalIsExact = cursor?.totalIsExact ?? page.total <= COUNT_LIMIT
      const last = page.tasks.length > request.limit ? page.tasks[request.limit - 1] : undefined
      const next = last ? cursors.write<ListProgress>(list, { after: { key: last.place, id: last.id }, total, totalIsExact }) : null
      const items = page.tasks.slice(0, request.limit).map(({ place, ...task }) => task)
      return { status: 200, headers, body: { items, total, total_is_exact: totalIsExact, next_cursor: next } }
    },

    async getTaskCounts({ query, header }, caller) {
      const clock = dueClock(query.time_zone as string, Date.now())
      const { etag, unchanged } = listTags(clock.utcMinute)
      const found = await selectTaskCounts(database, caller, clock, unchanged(header['If-None-Match']))
      if (!found) return problem('session_ended')
      const headers = { ETag: etag(found.version) }
      return found.changed ? { status: 200, headers, body: found.counts } : { status: 304, headers }
    },

    async createTask({ header, body }, caller) {
      const { id, ...fields } = body
      const written = await insertTask(database, caller, id ?? uuidv7(), fields, once(header['Idempotency-Key'], 'createTask', undefined, body))
      if (!written) return problem('session_ended')
      if (written.outcome === 'taken') return problem('task_id_taken')
      return answered(written, body, (task, status) => {
        const headers = { Location: `/api/${task.user_id}/tasks/${task.id}`, ETag: task.etag }
        return status === 200 ? { status, headers, body: task } : { status: 201 as const, headers, body: task }
      })
    },

    async getTask({ path, header }, caller) {
      const found = await selectTask(database, caller, path.task_id)
      if (!found) return problem('session_ended')
      if (!found.task) return problem('task_not_found')
      const headers = { ETag: found.task.etag }
      return matchesWeakly(header['If-None-Match'], found.task.etag) ? { status: 304, headers } : { status: 200, headers, body: found.task }
    },

    async updateTask({ path, header, body }, caller) {
      return changed(await updateTask(database, caller, path.task_id, body, guard('updateTask', path.task_id, header, body)), body, whole)
    },

    async deleteTask({ path, header }, caller) {
      const written = await deleteTask(database, caller, path.task_id, guard('deleteTask', path.task_id, header))
      return changed(written, {}, () => ({ status: 204 as const, headers: {} }))
    },

    async toggleTaskCompletion({ path, header, body }, caller) {
      const met = guard('toggleTaskCompletion', path.task_id, header, body)
      const written = body === undefined ? toggleTask(database, caller, path.task_id, met) : updateTask(database, caller, path.task_id, body, met)
      return changed(await written, body ?? {}, whole)
    },

    async moveTask({ path, header, body }, caller) {
      const written = await moveTask(database, caller, path.task_id, body, guard('moveTask', path.task_id, header, body))
      if (written?.outcome === 'refused' && isExhausted(written.fault)) return problem('position_exhausted', { errors: [faultError(written.fault, body)] })
      return changed(written, body, whole)
    },

    async bulkTasks({ header, body }, caller) {
      const bulk = await doAll(database, caller, body.operations, once(header['Idempotency-Key'], 'bulkTasks', undefined, body))
      if (!bulk) return problem('session_ended')
      if (bulk.outcome === 'key_reused') return problem('idempotency_key_reused')
      if (bulk.outcome === 'not_done') return notDone(body.operations[bulk.index] as Schemas['TaskOperation'], bulk.index, bulk.refusal)
      return { status: 200, headers: bulk.outcome === 'replayed' ? { 'Idempotency-Replayed': 'true' } : {}, body: bulk.answer }
    },

    async restoreTask({ path, header }, caller) {
      return changed(await restoreTask(database, caller, path.task_id, guard('restoreTask', path.task_id, header)), {}, whole)
    },

    async emptyTrash({ header }, caller) {
      const emptied = await emptyTrash(database, caller, once(header['Idempotency-Key'], 'emptyTrash', undefined, undefined))
      if (!emptied) return problem('session_ended')
      if (emptied.outcome === 'key_reused') return problem('idempotency_key_reused')
      return { status: 200, headers: emptied.outcome === 'replayed' ? { 'Idempotency-Replayed': 'true' } : {}, body: emptied.answer }
    },

    async listTaskChanges({ query, header }, caller) {
      const list = JSON.stringify([caller.userId, 'changes'])
      const since = query.since === undefined ? undefined : cursors.read<Progress>(list, query.since)
      if (query.since !== undefined && !since) {
        return problem('cursor_invalid', { errors: [{ in: 'query', pointer: '/since', code: 'invalid', detail: 'is not a cursor of these changes' }] })
      }
      const limit = query.limit as number
      const { etag, unchanged } = listTags('')
      const found = await selectTaskChanges(database, caller, { since, limit: limit + 1, unchanged: unchanged(header['If-None-Match']) })
      if (!found) return problem('session_ended')
      const { clock, changes } = found
      const begun = since?.begun ?? clock.version
      if (since && (since.epoch !== clock.epoch || since.version > clock.version || Math.max(since.version, begun) < clock.forgotten))
        return problem('changes_gone')
      const headers = { ETag: etag(String(clock.version)) }
      if (!clock.changed) return { status: 304, headers }
      const has_more = changes.length > limit
      const items = changes.slice(0, limit)
      const version = has_more ? (items.at(-1)?.version as number) : clock.version
      return {
        status: 200,
        headers,
        body: {
          items: items.map(({ task_id, task }) => ({ task_id, task })),
          cursor: cursors.write<Progress>(list, { epoch: clock.epoch, version, begun }),
          has_more,
        },
      }
    },
  }
}

const isExhausted = (fault: Fault) => fault.startsWith('position_exhausted')

/** The member of an operation that holds what its own request would have for a body. */
const BODIES = { create: 'task', update: 'changes', complete: '', move: 'place', delete: '', restore: '' } as const

/** The problem that an operation of many would have answered alone, with its place among them. */
function notDone(operation: Schemas['TaskOperation'], index: number, refusal: Refusal) {
  const at = (name: string, detail: string): FieldError[] => [{ in: 'body', pointer: `/operations/${index}/${name}`, code: 'invalid', detail }]
  switch (refusal.outcome) {
    case 'missing':
      return problem('task_not_found', { errors: at('task_id', 'is not the id of a task') })
    case 'taken':
      return problem('task_id_taken', { errors: at('task/id', 'is the id of another task') })
    case 'stale':
      return problem('version_stale', { headers: { ETag: refusal.task.etag }, errors: at('if_match', 'is no longer the etag of the task') })
    case 'refused': {
      const member = BODIES[operation.action]
      const { pointer, detail } = faultError(refusal.fault, (operation as unknown as Record<string, object>)[member] ?? {})
      const code = isExhausted(refusal.fault) ? 'position_exhausted' : 'invalid_body'
      return problem(code, { errors: at(`${member}${pointer}`, detail) })
    }
  }
}

/** How finely the clock on the wall decides what is in a list. */
const READINGS: Record<NonNullable<Filter['due']>, (clock: DueClock) => string> = {
  overdue: ({ utcMinute }) => utcMinute,
  today: ({ today }) => today,
  upcoming: ({ today }) => today,
  none: () => '',
}

function guard(operation: string, taskId: string, header: { 'If-Match'?: string; 'Idempotency-Key'?: string }, body?: object): Guard {
  return { ifMatch: versionsToMatch(header['If-Match']), once: once(header['Idempotency-Key'], operation, taskId, body) }
}

const whole = (task: Task) => ({ status: 200 as const, headers: { ETag: task.etag }, body: task })

function changed<A extends Success>(written: Changed | undefined, sent: object, answer: (task: Task, status: number) => A) {
  if (!written) return problem('session_ended')
  if (written.outcome === 'missing') return problem('task_not_found')
  if (written.outcome === 'stale') return problem('version_stale', { headers: { ETag: written.task.etag } })
  return answered(written, sent, answer)
}

type Success = { status: 200 | 201 | 204; headers: object }

function answered<A extends Success>(written: Written, sent: object, answer: (task: Task, status: number) => A) {
  if (written.outcome === 'key_reused') return problem('idempotency_key_reused')
  if (written.outcome === 'refused') return problem('invalid_body', { errors: [faultError(written.fault, sent)] })
  const success = answer(written.task, written.status)
  return written.outcome === 'replayed' ? { ...success, headers: { ...success.headers, 'Idempotency-Replayed': 'true' } } : success
}
