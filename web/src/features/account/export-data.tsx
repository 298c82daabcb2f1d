import { useMutation } from '@tanstack/react-query'
import { Failure } from '../../ui/failure.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'
import { Section } from './section.tsx'

/** The files that a person can take along. */
export function ExportData() {
  const { docket, replica } = useWorkspace()
  const files = [
    ['All account data (JSON)', docket.raw.exportMyData],
    ['Tasks as JSON', docket.raw.exportTasks],
    ['Tasks as CSV', docket.raw.exportTasksCsv],
    ['Tasks as iCalendar (.ics)', docket.raw.exportTasksICalendar],
  ] as const
  const save = useMutation({
    mutationFn: async (get: () => Promise<Response>) => {
      // What was done here is in the file too.
      await replica.synchronise()
      const response = await get()
      const address = URL.createObjectURL(await response.blob())
      const link = Object.assign(document.createElement('a'), {
        href: address,
        download:
          /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ??
          'docket',
      })
      link.click()
      // Not before the browser has begun to read it.
      setTimeout(() => URL.revokeObjectURL(address), 60_000)
    },
  })
  return (
    <Section title="Export">
      <ul className="space-y-2">
        {files.map(([name, get]) => (
          <li key={name}>
            <button
              type="button"
              className="outlined"
              disabled={save.isPending}
              onClick={() => save.mutate(get)}
            >
              {name}
            </button>
          </li>
        ))}
      </ul>
      {save.isError && <Failure error={save.error} />}
    </Section>
  )
}
