import type { List, ListUpdate } from '@docket/sdk'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { lengthOf } from '../../../../rules/length.ts'
import { LIMITS } from '../../../../rules/limits.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Labelled } from '../../ui/labelled.tsx'
import { ColorField } from '../workspace/color-field.tsx'
import { openLists, pathOfList } from '../workspace/lists.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/** Makes a list, or changes the one that is given. */
export function ListDialog({ list, close }: { list?: List | undefined; close: () => void }) {
  const { actions, lists } = useWorkspace()
  const [, go] = useLocation()
  const [name, setName] = useState(list?.name ?? '')
  const [description, setDescription] = useState(list?.description ?? '')
  const [color, setColor] = useState<List['color']>(list?.color ?? 'gray')
  const excess = lengthOf(name.trim()) - LIMITS.listName
  const title = list ? 'Edit list' : 'New list'

  // Only what was changed here: another device may have changed the rest.
  const changes: ListUpdate = {
    ...(name.trim() === list?.name ? {} : { name: name.trim() }),
    ...(description === (list?.description ?? '') ? {} : { description: description || null }),
    ...(color === list?.color ? {} : { color }),
  }
  const others = openLists(lists).filter(({ archived }) => archived === list?.archived)
  const at = others.findIndex(({ id }) => id === list?.id)
  const [above, below] = [others[at - 1], at < 0 ? undefined : others[at + 1]]
  const isValid = name.trim() !== '' && excess <= 0
  const save = async () => {
    if (!isValid) return
    if (!list) {
      const id = await actions.addList({
        name: name.trim(),
        color,
        ...(description ? { description } : {}),
      })
      if (id === undefined) return
      close()
      go(pathOfList({ id }))
    } else if (await actions.editList(list, changes)) close()
  }
  const then = async (act: Promise<boolean>, leave = false) => {
    if (!(await act)) return
    close()
    if (leave) go('/')
  }

  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <h2 className="mb-3 text-lg font-semibold">{title}</h2>
        <Field
          label="Name"
          name="list-name"
          data-focus
          dir="auto"
          value={name}
          autoComplete="off"
          onChange={({ target }) => setName(target.value)}
        />
        {excess > 0 && (
          <p role="alert" className="mt-1 text-sm text-late">
            {excess === 1 ? '1 character' : `${excess} characters`} too long
          </p>
        )}
        <Labelled label="Description" className="mt-4">
          <textarea
            className="field [field-sizing:content] max-h-40"
            dir="auto"
            maxLength={LIMITS.listDescription}
            value={description}
            onChange={({ target }) => setDescription(target.value)}
          />
        </Labelled>
        <ColorField color={color} set={setColor} />
        <div className="mt-5 flex flex-wrap items-center gap-2">
          {list && (
            <>
              <button
                type="button"
                className="outlined"
                disabled={!above}
                onClick={() => above && actions.moveList(list, { before: above.id })}
              >
                Move up
              </button>
              <button
                type="button"
                className="outlined"
                disabled={!below}
                onClick={() => below && actions.moveList(list, { after: below.id })}
              >
                Move down
              </button>
              <button
                type="button"
                className="outlined"
                onClick={() =>
                  then(actions.editList(list, { ...changes, archived: !list.archived }))
                }
              >
                {list.archived ? 'Unarchive' : 'Archive'}
              </button>
              <button
                type="button"
                className="outlined"
                onClick={() => then(actions.removeList(list), true)}
              >
                Delete
              </button>
            </>
          )}
          <span className="ml-auto flex items-center gap-2">
            <button type="button" className="quiet" onClick={close}>
              Cancel
            </button>
            <button type="submit" className="primary" disabled={!isValid}>
              {list ? 'Save' : 'Add list'}
            </button>
          </span>
        </div>
      </form>
    </Dialog>
  )
}
