import type { components } from '../../sdk/contract.gen.ts'
import type { Caller, Handlers } from '../contract/handlers.ts'
import { assertSchema } from '../contract/schemas.ts'
import type { Database, Statements } from '../database/database.ts'
import { labels } from '../labels/fields.ts'
import { lists } from '../lists/fields.ts'
import { problem } from '../problems.ts'
import { type Part, selectKind, walk } from '../resource/select.ts'
import { tasks } from '../tasks/fields.ts'
import { csv } from './csv.ts'
import {
  selectCalendarTasks,
  selectHeldSessions,
  selectHeldUser,
  selectKeptResponses,
  selectSignInMethods,
  selectTombstones,
} from './export-store.ts'
import { iCalendar } from './icalendar.ts'
import { json } from './json.ts'

type Schemas = components['schemas']
type ExportOperation = 'exportTasks' | 'exportTasksCsv' | 'exportTasksICalendar' | 'exportMyData'

/** One may be as long as the report of an import. */
const KEPT_RESPONSES_PER_PAGE = 1

/**
 * The operations that respond with a file. Each page is a statement of its own, so a slow reader
 * holds no connection to the database.
 */
export function exportOperations(database: Database): Pick<Handlers, ExportOperation> {
  const tasksOf = (caller: Caller, trash = false) =>
    checked(
      'Task',
      walk(
        (part) => selectKind<Schemas['Task']>(database, caller, tasks, { ...part, trash }),
        idOf,
      ),
    )

  const listsOf = (caller: Caller, trash = false) =>
    checked(
      'List',
      walk(
        (part) => selectKind<Schemas['List']>(database, caller, lists, { ...part, trash }),
        idOf,
      ),
    )
  const labelsOf = (caller: Caller) =>
    checked(
      'LabelColor',
      walk(
        (part) =>
          selectKind<Schemas['LabelColor']>(database, caller, labels, { ...part, trash: true }),
        idOf,
      ),
    )
  const listNames = async (caller: Caller) => {
    const names = new Map<string, string>()
    for await (const part of listsOf(caller)) for (const { id, name } of part) names.set(id, name)
    return names
  }

  return {
    async exportTasks(_, caller) {
      return {
        status: 200,
        headers: attachment('docket-tasks', 'json'),
        // The tasks first, so that the lists and labels of all of them are in the file.
        chunks: json({
          exported_at: now(),
          items: tasksOf(caller),
          lists: listsOf(caller),
          labels: labelsOf(caller),
        }),
      }
    },

    async exportTasksCsv(_, caller) {
      return {
        status: 200,
        headers: attachment('docket-tasks', 'csv'),
        chunks: csv(tasksOf(caller), await listNames(caller)),
      }
    },

    async exportTasksICalendar(_, caller) {
      const entries = walk(
        (part) => selectCalendarTasks(database, caller, part),
        ({ task }) => task.id,
      )
      return {
        status: 200,
        headers: attachment('docket-tasks', 'ics'),
        chunks: iCalendar(
          checked('Task', entries, ({ task }) => task),
          await listNames(caller),
        ),
      }
    },

    async exportMyData(_, caller) {
      const user = await selectHeldUser(database, caller)
      if (!user) return problem('session_ended')
      assertSchema('HeldUser', user)
      const every = <Name extends 'SignInMethod' | 'HeldSession'>(
        name: Name,
        select: (
          database: Statements,
          caller: Caller,
          part: Part,
        ) => Promise<Schemas[Name][] | undefined>,
      ) =>
        checked(
          name,
          walk((part) => select(database, caller, part), idOf),
        )
      const responses = walk(
        (part) => selectKeptResponses(database, caller, part),
        keyOf,
        KEPT_RESPONSES_PER_PAGE,
      )
      const tombstones = walk(
        (part) => selectTombstones(database, caller, part),
        ({ type, id }) => `${type} ${id}`,
      )
      const members = {
        exported_at: now(),
        user,
        sign_in_methods: every('SignInMethod', selectSignInMethods),
        sessions: every('HeldSession', selectHeldSessions),
        tasks: tasksOf(caller, true),
        lists: listsOf(caller, true),
        labels: labelsOf(caller),
        tombstones: checked('Tombstone', tombstones),
        idempotency_keys: checked('StoredResponse', responses),
      }
      return { status: 200, headers: attachment('docket-my-data', 'json'), chunks: json(members) }
    },
  }
}

/** Each row is held against its schema before it leaves, like any response. */
async function* checked<Name extends keyof Schemas, Row>(
  name: Name,
  parts: AsyncIterable<readonly Row[]>,
  valueIn: (row: Row) => Schemas[Name] = (row) => row as Schemas[Name],
): AsyncGenerator<readonly Row[]> {
  for await (const part of parts) {
    for (const row of part) assertSchema(name, valueIn(row))
    yield part
  }
}

const idOf = ({ id }: { id: string }) => id
const keyOf = ({ key }: { key: string }) => key
const now = () => new Date().toISOString()

/** The name that the file is saved under, with the day. */
function attachment(name: string, ending: string) {
  return { 'Content-Disposition': `attachment; filename="${name}-${now().slice(0, 10)}.${ending}"` }
}
