import { useMutation } from '@tanstack/react-query'
import { remember } from '../../ui/device.ts'
import { Failure } from '../../ui/failure.tsx'
import { Field } from '../../ui/field.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'
import { Section } from './section.tsx'

export function Profile() {
  const { person, docket, announce } = useWorkspace()
  const change = useMutation({
    mutationFn: (name: string) => docket.updateProfile({ body: { name } }),
    onSuccess: ({ name }) => {
      remember('person', { ...person, name })
      announce('Name changed')
    },
  })
  return (
    <Section title="Profile">
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(String(new FormData(event.currentTarget).get('name')))
        }}
      >
        <div className="grow">
          <Field label="Name" name="name" autoComplete="name" required defaultValue={person.name} />
        </div>
        <button type="submit" className="outlined min-h-11" disabled={change.isPending}>
          Save
        </button>
      </form>
      {change.isSuccess && <p className="mt-2 text-sm text-muted">Saved.</p>}
      {change.isError && <Failure error={change.error} />}
    </Section>
  )
}
