import { useState } from 'react'
import { Dialog } from '../shell/dialog.tsx'
import { Failure } from '../shell/failure.tsx'
import { useWorkspace } from '../shell/workspace.tsx'

/** Lets go of the trash for good, which nothing takes back: so it asks. */
export function EmptyTrash({ count }: { count: number }) {
  const { docket, replica, announce } = useWorkspace()
  const [isAsking, setIsAsking] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [failure, setFailure] = useState<Error>()
  const close = () => {
    setIsAsking(false)
    setFailure(undefined)
  }
  const empty = async () => {
    setIsBusy(true)
    try {
      // What was deleted here only is not in the trash of the server yet.
      await replica.synchronise()
      while (!(await docket.emptyTrash()).is_empty);
      await replica.synchronise()
      announce('The trash is empty')
      close()
    } catch (error) {
      setFailure(error as Error)
    } finally {
      setIsBusy(false)
    }
  }
  return (
    <>
      <button type="button" className="outlined" onClick={() => setIsAsking(true)}>
        Empty the trash
      </button>
      {isAsking && (
        <Dialog title="Empty the trash" close={close}>
          <h2 className="mb-2 text-lg font-semibold">Empty the trash?</h2>
          <p className="mb-4">{count === 1 ? 'One task goes' : `${count} tasks go`} for good. Nothing brings them back.</p>
          {failure && <Failure error={failure} />}
          <div className="flex justify-end gap-2">
            <button type="button" className="quiet" onClick={close}>
              Keep them
            </button>
            <button type="button" className="danger" disabled={isBusy} onClick={empty}>
              Empty the trash
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
