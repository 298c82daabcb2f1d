import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { visitor } from '../../session/docket.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Failure } from '../../ui/failure.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'

/**
 * Ends the session and takes the tasks off this device; asks first where something has not reached
 * the server.
 */
export function SignOut({ leave }: { leave: (why?: string) => void }) {
  const { replica } = useWorkspace()
  const [unsent, setUnsent] = useState(0)
  const out = useMutation({
    mutationFn: async (isSure: boolean) => {
      await replica.synchronise()
      const left = replica.unsent()
      setUnsent(left)
      if (left > 0 && !isSure) return
      await visitor.signOut({ body: {} })
      await replica.erase()
      leave()
    },
  })
  return (
    <>
      <button
        type="button"
        className="outlined"
        disabled={out.isPending}
        onClick={() => out.mutate(false)}
      >
        Sign out
      </button>
      {out.isError && <Failure error={out.error} />}
      {unsent > 0 && (
        <Dialog title="Sign out" close={() => setUnsent(0)}>
          <h2 className="mb-2 text-lg font-semibold">Sign out without syncing?</h2>
          <p className="mb-4">
            {unsent === 1 ? "1 change hasn't" : `${unsent} changes haven't`} synced and will be
            lost.
          </p>
          {out.isError && <Failure error={out.error} />}
          <div className="flex justify-end gap-2">
            <button type="button" className="quiet" onClick={() => setUnsent(0)}>
              Cancel
            </button>
            <button
              type="button"
              className="danger"
              disabled={out.isPending}
              onClick={() => out.mutate(true)}
            >
              Discard and sign out
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
