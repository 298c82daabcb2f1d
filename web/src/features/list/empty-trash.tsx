import { useState } from 'react'
import { errorOf, sentenceOf } from '../../sentences.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'

/**
 * Permanently deletes the tasks and lists in the trash. This cannot be undone, so it asks first.
 */
export function EmptyTrash({ count, lists }: { count: number; lists: number }) {
  const { docket, replica, announce } = useWorkspace()
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [why, setWhy] = useState<string>()
  const close = () => {
    setIsAsking(false)
    setWhy(undefined)
  }
  const empty = async () => {
    setIsBusy(true)
    try {
      // The server's trash does not have the latest deletions and restores of this device yet.
      await replica.synchronise()
      if (replica.getSnapshot().outbox.length > 0)
        return setWhy("Some changes haven't synced yet. Try again in a moment.")
      while (!(await docket.emptyTrash()).is_empty);
      await replica.synchronise()
      announce('Trash emptied')
      close()
    } catch (error) {
      setWhy(sentenceOf(errorOf(error)))
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <>
      <button type="button" className="outlined" onClick={() => setIsAsking(true)}>
        Empty Trash
      </button>
      {isAsking && (
        <Dialog title="Empty Trash" close={close}>
          <h2 className="mb-2 text-lg font-semibold">Empty Trash?</h2>
          <p className="mb-4">{what(count, lists)} for good. Nothing brings them back.</p>
          {why && (
            <p role="alert" className="alert">
              {why}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <button type="button" className="quiet" onClick={close}>
              Keep them
            </button>
            <button type="button" className="danger" disabled={isBusy} onClick={empty}>
              Empty Trash
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}

/** What goes: tasks, lists, or both. */
function what(tasks: number, lists: number): string {
  const counted = (count: number, noun: string) =>
    count === 0 ? [] : [count === 1 ? `one ${noun}` : `${count} ${noun}s`]
  const said = [...counted(tasks, 'task'), ...counted(lists, 'list')].join(' and ')
  return `${said.charAt(0).toUpperCase()}${said.slice(1)} ${tasks + lists === 1 ? 'goes' : 'go'}`
}
