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
      leave('Your account and all its data have been deleted.')
    },
  })
  return (
    <Section title="Delete account">
      <p className="mb-3 text-muted">
        Permanently deletes your account and all tasks. Export your data first if you want a copy.
      </p>
      <button type="button" className="outlined" onClick={() => setIsAsking(true)}>
        Delete account…
      </button>
      {isAsking && (
        <Dialog title="Delete account" close={() => setIsAsking(false)}>
          <h2 className="mb-2 text-lg font-semibold">Delete your account?</h2>
          <ul className="mb-4 list-disc space-y-1 pl-5">
            <li>
              {tasks.size === 1
                ? 'Your task is deleted.'
                : `All ${tasks.size} tasks are deleted, including completed ones and the trash.`}
            </li>
            <li>You'll be signed out everywhere, including connected apps.</li>
            <li>This can't be undone.</li>
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
                Cancel
              </button>
              <button type="submit" className="danger" disabled={remove.isPending}>
                Delete account
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </Section>
  )
}
