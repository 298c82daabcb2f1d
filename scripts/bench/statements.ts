import type { Database, Statements } from '../../server/database/database.ts'
import { selectResource } from '../../server/resource/select.ts'
import { tasks } from '../../server/tasks/fields.ts'
import { selectTaskPage } from '../../server/tasks/query/task-page.ts'
import { insertTask } from '../../server/tasks/write/insert-task.ts'

/** What a statement is about. */
export interface About {
  userId: string
  sessionId: string
  taskId: string
  title: string
}

/** A statement of this server, as its store writes it, for others to run. */
export interface Statement {
  text: string
  values(about: About): unknown[]
}

const SENTINELS: About = { userId: 'user', sessionId: 'session', taskId: 'task', title: 'title' }

/** Has the store write a statement, with sentinels where the values go, and keeps it. */
async function recorded(
  write: (database: Database, about: About) => Promise<unknown>,
): Promise<Statement> {
  let token: Parameters<Statements['rows']>[0] | undefined
  const record = async (statement: Parameters<Statements['rows']>[0]) => {
    token ??= statement
    return []
  }
  const recorder: Record<keyof Pick<Database, 'rows' | 'read' | 'write'>, unknown> = {
    rows: record,
    read: record,
    write: (_userId: string, statement: Parameters<typeof record>[0]) => record(statement),
  }
  await write(recorder as unknown as Database, SENTINELS)
  if (!token) throw new Error('No statement was written')
  const { sql: text, values } = token
  const names = Object.keys(SENTINELS) as (keyof About)[]
  return {
    // slonik writes $slonik_1 where PostgreSQL reads $1.
    text: text.replaceAll('$slonik_', '$'),
    values: (about) =>
      values.map(
        (value) => about[names.find((name) => SENTINELS[name] === value) as keyof About] ?? value,
      ),
  }
}

export const statements = {
  list: await recorded((database, { userId, sessionId }) =>
    selectTaskPage(
      database,
      { userId, sessionId },
      {
        filter: { completed: false },
        localTime: undefined,
        sort: '-created_at',
        after: undefined,
        limit: 20,
        unchanged: [],
      },
    ),
  ),
  get: await recorded((database, { userId, sessionId, taskId }) =>
    selectResource(database, { userId, sessionId }, tasks, taskId),
  ),
  create: await recorded((database, { userId, sessionId, taskId, title }) =>
    insertTask(database, { userId, sessionId }, taskId, { title }, undefined, {
      tasks: 1_000_000_000,
      bytes: 1_000_000_000_000,
    }),
  ),
}
