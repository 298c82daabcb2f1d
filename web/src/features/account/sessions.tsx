import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Failure } from '../../ui/failure.tsx'
import { useWorkspace } from '../workspace/workspace.tsx'
import { Section } from './section.tsx'

/** Where the person is signed in, with the way to end each. */
export function Sessions() {
  const { docket, person, announce } = useWorkspace()
  const queries = useQueryClient()
  const key = ['sessions', person.id]
  const sessions = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => docket.listSessions({}, { signal }),
  })
  const ended = {
    onSuccess: () => announce('Device signed out'),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  }
  const end = useMutation({
    mutationFn: (session: string) => docket.revokeSession({ session }),
    ...ended,
  })
  const endOthers = useMutation({ mutationFn: () => docket.revokeOtherSessions(), ...ended })
  const failed = [sessions, end, endOthers].find(({ error }) => error)?.error
  const items = sessions.data?.items ?? []
  // Made anew each time: the device may be taken to another time zone.
  const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <Section title="Devices">
      {sessions.isPending && <p role="status">Loading…</p>}
      <ul aria-label="Devices" className="divide-y divide-line">
        {items.map(({ id, current, user_agent, ip_address, last_seen_at }) => (
          <li key={id} className="flex items-center justify-between gap-3 py-2">
            <div className="min-w-0">
              <p className="truncate">
                {deviceOf(user_agent)}
                {current && <span className="chip ml-2">This device</span>}
              </p>
              <p className="text-sm text-muted">
                {ip_address ?? 'Unknown IP'}, last active{' '}
                <time dateTime={last_seen_at}>{when.format(new Date(last_seen_at))}</time>
              </p>
            </div>
            {!current && (
              <button
                type="button"
                className="outlined shrink-0"
                aria-label={
                  `Sign out ${deviceOf(user_agent)}, last active ` +
                  `${when.format(new Date(last_seen_at))}`
                }
                disabled={end.isPending}
                onClick={() => end.mutate(id)}
              >
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
      {items.length > 1 && (
        <button
          type="button"
          className="quiet mt-2"
          disabled={endOthers.isPending}
          onClick={() => endOthers.mutate()}
        >
          Sign out all other devices
        </button>
      )}
      {failed && <Failure error={failed} retry={() => sessions.refetch()} />}
    </Section>
  )
}

/** What a person calls the program that a session is of. */
function deviceOf(agent: string | null): string {
  if (!agent) return 'Unknown device'
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1]
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1]
  if (!browser) return agent.replace(/ .*$/s, '')
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' }
  const name = names[browser] ?? browser
  return system ? `${name} on ${system === 'Mac OS X' ? 'Mac' : system}` : name
}
