import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import { type Actions, guardOfOperation, type Kind } from '../resource/bulk.ts'
import { moveResource } from '../resource/write/move.ts'
import type { Quota } from '../resource/write/quota.ts'
import { tasks } from './fields.ts'
import { completeInTransaction } from './write/complete-in-series.ts'
import { completeTree } from './write/complete-task.ts'
import { insertTask } from './write/insert-task.ts'
import { skipInTransaction } from './write/skip-date.ts'
import { deleteTask, restoreTask } from './write/trash-task.ts'
import { updateTask } from './write/update-task.ts'

type Task = components['schemas']['Task']

const kind: Kind = { resource: tasks, missing: 'task_not_found', taken: 'task_id_taken' }

/** What the operations of a bulk do with tasks. */
export function taskActions(quota: Quota): Pick<Actions, Extract<keyof Actions, `${string}_task`>> {
  return {
    create_task: {
      kind,
      body: 'value',
      perform: (statements, caller, { value: { id = uuidv7(), ...fields } }) =>
        insertTask(statements, caller, id, fields, undefined, quota),
    },
    update_task: {
      kind,
      body: 'changes',
      perform: (statements, caller, { id, changes, ...operation }) =>
        completeInTransaction(statements, caller, undefined, quota, (within, step) =>
          updateTask(within, caller, id, changes, guardOfOperation(operation), quota, step),
        ),
    },
    complete_task: {
      kind,
      body: '',
      perform: (statements, caller, { id, completed, subtasks, completed_on, ...operation }) => {
        const guard = guardOfOperation(operation)
        return completeInTransaction(statements, caller, completed_on, quota, (within, step) =>
          subtasks === 'include'
            ? completeTree(within, caller, id, completed, guard, step)
            : updateTask(within, caller, id, { completed }, guard, quota, step),
        )
      },
    },
    skip_task: {
      kind,
      body: '',
      perform: (statements, caller, { id, skipped_on, ...operation }) =>
        skipInTransaction(
          statements,
          caller,
          id,
          { ifMatch: guardOfOperation(operation).ifMatch, skippedOn: skipped_on },
          quota,
        ),
    },
    move_task: {
      kind,
      body: 'place',
      perform: (statements, caller, { id, place, ...operation }) =>
        moveResource<Task>(statements, caller, tasks, id, place, guardOfOperation(operation)),
    },
    delete_task: {
      kind,
      body: '',
      perform: (statements, caller, { id, ...operation }) =>
        deleteTask(statements, caller, id, guardOfOperation(operation)),
    },
    restore_task: {
      kind,
      body: '',
      perform: (statements, caller, { id, ...operation }) =>
        restoreTask(statements, caller, id, guardOfOperation(operation)),
    },
  }
}
