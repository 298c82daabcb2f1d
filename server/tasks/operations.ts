import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import { toIdempotencyKey } from '../resource/idempotency/idempotency.ts'
import { matchesWeakly } from '../resource/precondition.ts'
import { createdAt, guardOf, withBody, withoutBody, writeResponses } from '../resource/response.ts'
import { selectResource } from '../resource/select.ts'
import { moveResource } from '../resource/write/move.ts'
import type { Quota } from '../resource/write/quota.ts'
import { tasks } from './fields.ts'
import { type CompletingWrite, completeInSeries } from './write/complete-in-series.ts'
import { completeTree, toggleTask } from './write/complete-task.ts'
import { insertTask } from './write/insert-task.ts'
import { skipDate } from './write/skip-date.ts'
import { deleteTask, restoreTask } from './write/trash-task.ts'
import { updateTask } from './write/update-task.ts'

type Task = components['schemas']['Task']
type TaskOperation =
  | 'createTask'
  | 'getTask'
  | 'updateTask'
  | 'deleteTask'
  | 'restoreTask'
  | 'toggleTaskCompletion'
  | 'skipTask'
  | 'moveTask'

const { responseOf, ownProblemOf, changeResponse } = writeResponses('task_not_found', tasks.rules)
const taskCreated = createdAt('tasks')

/** The operations on one task. */
export function taskOperations(database: Database, quota: Quota): Pick<Handlers, TaskOperation> {
  return {
    async createTask({ header, body }, caller) {
      const { id = uuidv7(), ...fields } = body
      const key = toIdempotencyKey(header['Idempotency-Key'], 'createTask', undefined, body)
      const written = await insertTask(database, caller, id, fields, key, quota)
      if (!written) return problem('session_ended')
      if (written.outcome === 'taken') return problem('task_id_taken')
      return ownProblemOf(written, body) ?? responseOf(written, body, taskCreated)
    },

    async getTask({ path, header }, caller) {
      const found = await selectResource<Task>(database, caller, tasks, path.task_id)
      if (!found) return problem('session_ended')
      if (!found.value) return problem('task_not_found')
      const headers = { ETag: found.value.etag }
      return matchesWeakly(header['If-None-Match'], found.value.etag)
        ? { status: 304, headers }
        : { status: 200, headers, body: found.value }
    },

    async updateTask({ path, header, body }, caller) {
      const guard = guardOf('updateTask', path.task_id, header, body)
      const write: CompletingWrite = (statements, step) =>
        updateTask(statements, caller, path.task_id, body, guard, quota, step)
      const written = await completeInSeries(database, caller, undefined, quota, write)
      return ownProblemOf(written, body) ?? changeResponse(written, body, withBody)
    },

    async deleteTask({ path, header }, caller) {
      const guard = guardOf('deleteTask', path.task_id, header)
      const written = await deleteTask(database, caller, path.task_id, guard)
      return ownProblemOf(written, {}) ?? changeResponse(written, {}, withoutBody)
    },

    async restoreTask({ path, header }, caller) {
      const guard = guardOf('restoreTask', path.task_id, header)
      const written = await restoreTask(database, caller, path.task_id, guard)
      return changeResponse(written, {}, withBody)
    },

    async toggleTaskCompletion({ path, header, body }, caller) {
      const guard = guardOf('toggleTaskCompletion', path.task_id, header, body)
      const { completed, subtasks, completed_on } = body ?? {}
      const write: CompletingWrite = (statements, step) =>
        completed === undefined
          ? toggleTask(statements, caller, path.task_id, guard, step)
          : subtasks === 'include'
            ? completeTree(statements, caller, path.task_id, completed, guard, step)
            : updateTask(statements, caller, path.task_id, { completed }, guard, quota, step)
      const written = await completeInSeries(database, caller, completed_on, quota, write)
      return ownProblemOf(written, {}) ?? changeResponse(written, body ?? {}, withBody)
    },

    async skipTask({ path, header, body }, caller) {
      const { ifMatch, key } = guardOf('skipTask', path.task_id, header, body)
      const skip = { ifMatch, skippedOn: body?.skipped_on }
      const written = await skipDate(database, caller, path.task_id, skip, key, quota)
      return ownProblemOf(written, {}) ?? changeResponse(written, body ?? {}, withBody)
    },

    async moveTask({ path, header, body }, caller) {
      const guard = guardOf('moveTask', path.task_id, header, body)
      const written = await moveResource<Task>(database, caller, tasks, path.task_id, body, guard)
      return ownProblemOf(written, body) ?? changeResponse(written, body, withBody)
    },
  }
}
