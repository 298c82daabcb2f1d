import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import { type Actions, guardOfOperation, type Kind } from '../resource/bulk.ts'
import { moveResource } from '../resource/write/move.ts'
import type { Quota } from '../resource/write/quota.ts'
import { lists } from './fields.ts'
import { deleteList, restoreList } from './trash-list.ts'
import { insertList, updateList } from './write-list.ts'

type List = components['schemas']['List']

const kind: Kind = { resource: lists, missing: 'list_not_found', taken: 'list_id_taken' }

/** What the operations of a bulk do with lists. */
export function listActions(quota: Quota): Pick<Actions, Extract<keyof Actions, `${string}_list`>> {
  return {
    create_list: {
      kind,
      body: 'value',
      perform: (statements, caller, { value: { id = uuidv7(), ...content } }) =>
        insertList(statements, caller, id, content, undefined, quota),
    },
    update_list: {
      kind,
      body: 'changes',
      perform: (statements, caller, { id, changes, ...operation }) =>
        updateList(statements, caller, id, changes, guardOfOperation(operation), quota),
    },
    move_list: {
      kind,
      body: 'place',
      perform: (statements, caller, { id, place, ...operation }) =>
        moveResource<List>(statements, caller, lists, id, place, guardOfOperation(operation)),
    },
    delete_list: {
      kind,
      body: '',
      perform: (statements, caller, { id, ...operation }) =>
        deleteList(statements, caller, id, guardOfOperation(operation)),
    },
    restore_list: {
      kind,
      body: '',
      perform: (statements, caller, { id, ...operation }) =>
        restoreList(statements, caller, id, guardOfOperation(operation)),
    },
  }
}
