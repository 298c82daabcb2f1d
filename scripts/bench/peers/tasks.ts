import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { types } from '../../../server/database/parsers.ts'
import { type About, statements } from '../statements.ts'

/** Connections of every server that has no pipeline, as many as ours has for tasks. */
const CONNECTIONS = 8

export interface Session {
  userId: string
  sessionId: string
}
type Row = Record<string, unknown>

/**
 * The statements of Docket, and its reading of their rows, on a pool of `pg` as its documentation
 * has it; or all of them, or those that only read, in a pipeline.
 */
export async function openTasks(
  url: string,
  inPipeline: 'nothing' | 'reads' | 'everything' = 'nothing',
) {
  const readers =
    inPipeline === 'nothing'
      ? new pg.Pool({ connectionString: url, max: CONNECTIONS - 1, types })
      : await pipelined(url)
  // The bench has one user, and the writes of one user go one after the other: of two at once, one
  // is outdated.
  const writer = new pg.Client({
    connectionString: url,
    types,
    pipeline: inPipeline === 'everything',
  } as pg.ClientConfig)
  await writer.connect()
  const run = async (
    name: keyof typeof statements,
    about: Partial<About> & Session,
  ): Promise<Row[]> => {
    const { text, values } = statements[name]
    return (
      await (name === 'create' ? writer : readers).query({
        name,
        text,
        values: values({ taskId: '', title: '', ...about }),
      })
    ).rows
  }
  return {
    async list(session: Session) {
      const [first, ...rest] = await run('list', session)
      if (!first) return undefined
      const items = [first, ...rest]
        .slice(0, 20)
        .flatMap((row) => (row.id === null ? [] : taskOf(row)))
      return {
        items,
        total: Math.min(first.total as number, 1_000),
        total_is_exact: (first.total as number) <= 1_000,
        next_cursor: null,
      }
    },
    async get(session: Session, taskId: string) {
      const [row] = await run('get', { ...session, taskId })
      return row?.id ? taskOf(row) : undefined
    },
    async create(session: Session, title: string) {
      const [row] = await run('create', { ...session, taskId: randomUUID(), title })
      if (!row?.id) throw new Error('The task was not created')
      return taskOf(row)
    },
  }
}

/** A row without what stands beside the task. */
const taskOf = ({
  version,
  changed,
  total,
  sort_key,
  place,
  is_outdated,
  replayed,
  outcome,
  status,
  violation,
  ...task
}: Row): Row => task

/** Two connections, each with many statements under way. */
async function pipelined(url: string): Promise<{ query: pg.Client['query'] }> {
  const clients = [1, 2].map(
    () => new pg.Client({ connectionString: url, types, pipeline: true } as pg.ClientConfig),
  )
  await Promise.all(clients.map((client) => client.connect()))
  let turn = 0
  const query = (...parameters: unknown[]) => {
    turn = 1 - turn
    return ((clients[turn] as pg.Client).query as (...all: unknown[]) => unknown)(...parameters)
  }
  return { query: query as pg.Client['query'] }
}

/** What the runner tells every peer. */
export const given = {
  port: Number(process.env.PORT),
  url: process.env.DATABASE_URL as string,
  secret: process.env.SECRET as string,
  session: process.env.SESSION as string,
}
