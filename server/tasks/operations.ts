import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import { replayedHeader, toIdempotencyKey } from '../resource/idempotency.ts'
import { matchesWeakly, versionsToMatch } from '../resource/precondition.ts'
import { selectTask } from './query/select-task.ts'
import { problemCodeOf, violationError } from './rule-violation.ts'
import { deleteTask, restoreTask } from './write/delete-task.ts'
import { insertTask } from './write/insert-task.ts'
import { moveTask } from './write/move-task.ts'
import type { Quota } from './write/quota.ts'
import type { ChangeResult, WriteResult } from './write/result.ts'
import { toggleTask } from './write/toggle-task.ts'
import { updateTask } from './write/update-task.ts'
import type { Guard } from './write/write-task.ts'

type Task = components['schemas']['Task']
type TaskOperation =
  | 'createTask'
  | 'getTask'
  | 'updateTask'
  | 'deleteTask'
  | 'restoreTask'
  | 'toggleTaskCompletion'
  | 'moveTask'

/** The operations on one task. */
export function taskOperations(database: Database, quota: Quota): Pick<Handlers, TaskOperation> {
  return {
    async createTask({ header, body }, caller) {
      const { id, ...fields } = body
      const written = await insertTask(
        database,
        caller,
        id ?? uuidv7(),
        fields,
        toIdempotencyKey(header['Idempotency-Key'], 'createTask', undefined, body),
        quota,
      )
      if (!written) return problem('session_ended')
      if (written.outcome === 'taken') return problem('task_id_taken')
      if (exceedsQuota(written)) return problem('quota_exceeded')
      return responseOf(written, body, (task, status) => {
        const headers = { Location: `/api/${task.user_id}/tasks/${task.id}`, ETag: task.etag }
        return status === 200
          ? { status, headers, body: task }
          : { status: 201 as const, headers, body: task }
      })
    },

    async getTask({ path, header }, caller) {
      const found = await selectTask(database, caller, path.task_id)
      if (!found) return problem('session_ended')
      if (!found.task) return problem('task_not_found')
      const headers = { ETag: found.task.etag }
      return matchesWeakly(header['If-None-Match'], found.task.etag)
        ? { status: 304, headers }
        : { status: 200, headers, body: found.task }
    },

    async updateTask({ path, header, body }, caller) {
      const written = await updateTask(
        database,
        caller,
        path.task_id,
        body,
        guardOf('updateTask', path.task_id, header, body),
        quota,
      )
      return exceedsQuota(written)
        ? problem('quota_exceeded')
        : changeResponse(written, body, taskResponse)
    },

    async deleteTask({ path, header }, caller) {
      const written = await deleteTask(
        database,
        caller,
        path.task_id,
        guardOf('deleteTask', path.task_id, header),
      )
      return changeResponse(written, {}, () => ({ status: 204 as const, headers: {} }))
    },

    async restoreTask({ path, header }, caller) {
      return changeResponse(
        await restoreTask(
          database,
          caller,
          path.task_id,
          guardOf('restoreTask', path.task_id, header),
        ),
        {},
        taskResponse,
      )
    },

    async toggleTaskCompletion({ path, header, body }, caller) {
      const guard = guardOf('toggleTaskCompletion', path.task_id, header, body)
      const written =
        body === undefined
          ? toggleTask(database, caller, path.task_id, guard)
          : updateTask(database, caller, path.task_id, body, guard, quota)
      return changeResponse(await written, body ?? {}, taskResponse)
    },

    async moveTask({ path, header, body }, caller) {
      const written = await moveTask(
        database,
        caller,
        path.task_id,
        body,
        guardOf('moveTask', path.task_id, header, body),
      )
      if (
        written?.outcome === 'refused' &&
        problemCodeOf(written.violation) === 'position_exhausted'
      )
        return problem('position_exhausted', { errors: [violationError(written.violation, body)] })
      return changeResponse(written, body, taskResponse)
    },
  }
}

function guardOf(
  operation: string,
  taskId: string,
  header: { 'If-Match'?: string; 'Idempotency-Key'?: string },
  body?: object,
): Guard {
  return {
    ifMatch: versionsToMatch(header['If-Match']),
    key: toIdempotencyKey(header['Idempotency-Key'], operation, taskId, body),
  }
}

const exceedsQuota = (written: ChangeResult | undefined) =>
  written?.outcome === 'refused' && problemCodeOf(written.violation) === 'quota_exceeded'

const taskResponse = (task: Task) => ({
  status: 200 as const,
  headers: { ETag: task.etag },
  body: task,
})

function changeResponse<S extends Success>(
  written: ChangeResult | undefined,
  sent: object,
  toSuccess: (task: Task, status: number) => S,
) {
  if (!written) return problem('session_ended')
  if (written.outcome === 'missing') return problem('task_not_found')
  if (written.outcome === 'stale')
    return problem('version_stale', { headers: { ETag: written.task.etag } })
  return responseOf(written, sent, toSuccess)
}

type Success = { status: 200 | 201 | 204; headers: object }

function responseOf<S extends Success>(
  written: WriteResult,
  sent: object,
  toSuccess: (task: Task, status: number) => S,
) {
  if (written.outcome === 'key_reused') return problem('idempotency_key_reused')
  if (written.outcome === 'refused')
    return problem('invalid_body', { errors: [violationError(written.violation, sent)] })
  const success = toSuccess(written.task, written.status)
  return { ...success, headers: { ...success.headers, ...replayedHeader(written.outcome) } }
}
