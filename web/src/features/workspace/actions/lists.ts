import type { List, ListCreate, ListUpdate, Operation } from '@docket/sdk'
import { uuidv7 } from 'uuidv7'
import type { Step } from '../../../replica/replica.ts'

type Act = (steps: Step[], name: string, said: string) => Promise<boolean>

/** What a person does to lists. */
export function listActions(act: Act) {
  return {
    /** Returns the id of the new list; undefined where this device could not keep it. */
    async addList(creation: ListCreate): Promise<string | undefined> {
      const id = uuidv7()
      const operation: Operation = { action: 'create_list', value: { id, ...creation } }
      const isKept = await act([{ operation }], creation.name, `Added list “${creation.name}”`)
      return isKept ? id : undefined
    },
    editList({ id, name }: List, changes: ListUpdate) {
      const operation: Operation = { action: 'update_list', id, changes }
      const { archived } = changes
      const did =
        archived === undefined
          ? 'Saved'
          : `${archived ? 'Archived' : 'Unarchived'} list “${changes.name ?? name}”`
      return act(Object.keys(changes).length === 0 ? [] : [{ operation }], name, did)
    },
    /** Puts a list above or below another one. */
    moveList({ id, name }: List, place: { before: string } | { after: string }) {
      const operation: Operation = { action: 'move_list', id, place }
      return act([{ operation }], name, `Moved list “${name}”`)
    },
    removeList({ id, name }: List) {
      const operation: Operation = { action: 'delete_list', id }
      return act([{ operation }], name, `Moved list “${name}” to Trash`)
    },
    restoreList({ id, name }: List) {
      const operation: Operation = { action: 'restore_list', id }
      return act([{ operation }], name, `Restored list “${name}”`)
    },
  }
}
