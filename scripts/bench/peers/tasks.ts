import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { type About, statements } from '../statements.ts'

/** Connections of every server, as many as ours has for tasks. */
const CONNECTIONS = 8
const TIMESTAMPTZ = 1184

export interface Session {
  userId: string
  sessionId: string
}
type Row = Record<string, unknown>

const types = { getTypeParser: (oid: number, format?: 'text') => (oid === TIMESTAMPTZ ? toIso : pg.types.getTypeParser(oid, format)) } as pg.CustomTypesConfig
const toIso = (text: string) => new Date(text).toISOString()

/** The statements of Docket, on a pool of `pg` as its documentation has it, or on one connection that sends without waiting for answers. */
export async function openTasks(url: string, isPipelined = false) {
  const pool = isPipelined ? await pipelined(url) : new pg.Pool({ connectionString: url, max: CONNECTIONS, types })
  const run = async (name: keyof typeof statements, about: Partial<About> & Session): Promise<Row[]> => {
    const { text, values } = statements[name]
    return (await pool.query({ name, text, values: values({ taskId: '', title: '', ...about }) })).rows
  }
  return {
    async list(session: Session) {
      const [first, ...rest] = await run('list', session)
      if (!first) return undefined
      const items = [first, ...rest].filter(({ id }) => id !== null).map(taskOf)
      return { items: items.slice(0, 20), total: Math.min(first.total as number, 1_000), total_is_exact: (first.total as number) <= 1_000, next_cursor: null }
    },
    async get(session: Session, taskId: string) {
      const [row] = await run('get', { ...session, taskId })
      return row?.id ? taskOf(row) : undefined
    },
    async create(session: Session, title: string) {
      const [row] = await run('create', { ...session, taskId: randomUUID(), title })
      return row && taskOf(row)
    },
  }
}

const MEMBERS = [
  'id',
  'user_id',
  'title',
  'description',
  'completed',
  'completed_at',
  'due_date',
  'due_time',
  'due_time_zone',
  'priority',
  'labels',
  'position',
  'trashed_at',
  'created_at',
  'updated_at',
  'etag',
]
const taskOf = (row: Row): Row => Object.fromEntries(MEMBERS.map((member) => [member, row[member]]))

/** Two connections, each with many statements under way. */
async function pipelined(url: string): Promise<{ query: pg.Client['query'] }> {
  const clients = [1, 2].map(() => new pg.Client({ connectionString: url, types, pipeline: true } as pg.ClientConfig))
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
