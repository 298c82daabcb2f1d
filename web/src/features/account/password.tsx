import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { Failure } from '../../ui/failure.tsx'
import { Field } from '../../ui/field.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'
import { Section } from './section.tsx'

export function Password() {
  const { docket, person, announce } = useWorkspace()
  const queries = useQueryClient()
  const form = useRef<HTMLFormElement>(null)
  const change = useMutation({
    mutationFn: (data: FormData) =>
      docket.changePassword({
        body: {
          current_password: String(data.get('current')),
          new_password: String(data.get('new')),
        },
      }),
    onSuccess: () => {
      form.current?.reset()
      announce('Password changed')
      return queries.invalidateQueries()
    },
  })
  return (
    <Section title="Password">
      <form
        ref={form}
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(new FormData(event.currentTarget))
        }}
      >
        <input type="hidden" autoComplete="username" value={person.email} readOnly />
        <Field
          label="Current password"
          name="current"
          type="password"
          autoComplete="current-password"
          required
        />
        <Field
          label="New password"
          name="new"
          type="password"
          autoComplete="new-password"
          required
          hint="At least 8 characters"
        />
        <button type="submit" className="outlined min-h-11" disabled={change.isPending}>
          Change password
        </button>
      </form>
      <p className="mt-2 text-sm text-muted">
        {change.isSuccess
          ? 'Password changed. Other devices were signed out.'
          : "You'll be signed out on all other devices."}
      </p>
      {change.isError && <Failure error={change.error} />}
    </Section>
  )
}
