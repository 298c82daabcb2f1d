import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import { once, replayedHeader } from '../resource/idempotency.ts'
import { matchesWeakly, versionsToMatch } from '../resource/precondition.ts'
import { codeOf, faultError } from './fault.ts'
import type { Quota } from './write/quota.ts'
import {
  type Changed,
  deleteTask,
  type Guard,
  insertTask,
  moveTask,
  restoreTask,
  selectTask,
  toggleTask,
  updateTask,
  type Written,
} from './write/store.ts'

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
        once(header['Idempotency-Key'], 'createTask', undefined, body),
        quota,
      )
      if (!written) return problem('session_ended')
      if (written.outcome === 'taken') return problem('task_id_taken')
      if (isTooMuch(written)) return problem('quota_exceeded')
      return answered(written, body, (task, status) => {
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
        guard('updateTask', path.task_id, header, body),
        quota,
      )
      return isTooMuch(written) ? problem('quota_exceeded') : changed(written, body, whole)
    },

    async deleteTask({ path, header }, caller) {
      const written = await deleteTask(
        database,
        caller,
        path.task_id,
        guard('deleteTask', path.task_id, header),
      )
      return changed(written, {}, () => ({ status: 204 as const, headers: {} }))
    },

    async restoreTask({ path, header }, caller) {
      return changed(
        await restoreTask(
          database,
          caller,
          path.task_id,
          guard('restoreTask', path.task_id, header),
        ),
        {},
        whole,
      )
    },

    async toggleTaskCompletion({ path, header, body }, caller) {
      const met = guard('toggleTaskCompletion', path.task_id, header, body)
      const written =
        body === undefined
          ? toggleTask(database, caller, path.task_id, met)
          : updateTask(database, caller, path.task_id, body, met, quota)
      return changed(await written, body ?? {}, whole)
    },

    async moveTask({ path, header, body }, caller) {
      const written = await moveTask(
        database,
        caller,
        path.task_id,
        body,
        guard('moveTask', path.task_id, header, body),
      )
      if (written?.outcome === 'refused' && codeOf(written.fault) === 'position_exhausted')
        return problem('position_exhausted', { errors: [faultError(written.fault, body)] })
      return changed(written, body, whole)
    },
  }
}

function guard(
  operation: string,
  taskId: string,
  header: { 'If-Match'?: string; 'Idempotency-Key'?: string },
  body?: object,
): Guard {
  return {
    ifMatch: versionsToMatch(header['If-Match']),
    once: once(header['Idempotency-Key'], operation, taskId, body),
  }
}

const isTooMuch = (written: Changed | undefined) =>
  written?.outcome === 'refused' && codeOf(written.fault) === 'quota_exceeded'

const whole = (task: Task) => ({ status: 200 as const, headers: { ETag: task.etag }, body: task })

function changed<A extends Success>(
  written: Changed | undefined,
  sent: object,
  answer: (task: Task, status: number) => A,
) {
  if (!written) return problem('session_ended')
  if (written.outcome === 'missing') return problem('task_not_found')
  if (written.outcome === 'stale')
    return problem('version_stale', { headers: { ETag: written.task.etag } })
  return answered(written, sent, answer)
}

type Success = { status: 200 | 201 | 204; headers: object }

function answered<A extends Success>(
  written: Written,
  sent: object,
  answer: (task: Task, status: number) => A,
) {
  if (written.outcome === 'key_reused') return problem('idempotency_key_reused')
  if (written.outcome === 'refused')
    return problem('invalid_body', { errors: [faultError(written.fault, sent)] })
  const success = answer(written.task, written.status)
  return { ...success, headers: { ...success.headers, ...replayedHeader(written.outcome) } }
}
