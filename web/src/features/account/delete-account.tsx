import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { Failure } from '../../ui/failure.tsx'
import { Field } from '../../ui/field.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'
import { Section } from './section.tsx'

export function DeleteAccount({ leave }: { leave: (why?: string) => void }) {
  const { docket, replica, tasks } = useWorkspace()
  const [isAsking, setIsAsking] = useState(false)
  const remove = useMutation({
    mutationFn: async (password: string) => {
      await docket.deleteAccount({ body: { password } })
      await replica.erase()
      leave('Your account is deleted. Nothing of it is left, here or on the server.')
    },
  })
  return (
    <Section title="Delete the account">
      <p className="mb-3 text-muted">
        Everything goes at once and for good. Take your data along first, if you want to keep it.
      </p>
      <button type="button" className="outlined" onClick={() => setIsAsking(true)}>
        Delete my account…
      </button>
      {isAsking && (
        <Dialog title="Delete my account" close={() => setIsAsking(false)}>
          <h2 className="mb-2 text-lg font-semibold">Delete your account?</h2>
          <ul className="mb-4 list-disc space-y-1 pl-5">
            <li>
              All your tasks go: {tasks.size} of them, those that are done and those in the trash
              included.
            </li>
            <li>You are signed out everywhere, programs that use your account too.</li>
            <li>It cannot be undone.</li>
          </ul>
          <form
            className="space-y-4"
            onSubmit={(event) => {
              event.preventDefault()
              remove.mutate(String(new FormData(event.currentTarget).get('password')))
            }}
          >
            <Field
              label="Your password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
            />
            {remove.isError && <Failure error={remove.error} />}
            <div className="flex justify-end gap-2">
              <button type="button" className="quiet" onClick={() => setIsAsking(false)}>
                Keep it
              </button>
              <button type="submit" className="danger" disabled={remove.isPending}>
                Delete everything
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </Section>
  )
}
