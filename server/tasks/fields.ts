import type { components } from '../../sdk/contract.gen.ts'
import { type Fragment, sql } from '../database/sql.ts'

type Schemas = components['schemas']
type Content = Omit<Schemas['TaskCreate'], 'id'>

interface Field {
  /** The member of the contract, and the column, but that `completed` is kept as `completed_at`. */
  name: keyof Content
  /** Its type in PostgreSQL. */
  type: Fragment
  /** What a task has that is created without it; absent: null. */
  initial?: string | boolean | string[]
  /** What is stored of a value; absent: the value itself. */
  stored?: (value: Fragment) => Fragment
  /** The column as the contract's member; absent: as it is. */
  output?: Fragment
}

const TEXT = sql.fragment`text`

/**
 * The fields of a task that a user writes. Insert, patch, comparison, import and export derive from
 * this table: a new field is a line here.
 */
const FIELDS: readonly Field[] = [
  { name: 'title', type: TEXT },
  { name: 'description', type: TEXT },
  {
    name: 'completed',
    type: sql.fragment`boolean`,
    initial: false,
    output: sql.fragment`completed_at is not null as completed, completed_at`,
  },
  {
    name: 'due_date',
    type: sql.fragment`date`,
    output: sql.fragment`to_char(due_date, 'YYYY-MM-DD') as due_date`,
  },
  {
    name: 'due_time',
    type: sql.fragment`time`,
    output: sql.fragment`to_char(due_time, 'HH24:MI') as due_time`,
  },
  { name: 'due_time_zone', type: TEXT },
  {
    name: 'priority',
    type: sql.fragment`task_priority`,
    initial: 'none',
    output: sql.fragment`priority::text`,
  },
  {
    name: 'labels',
    type: sql.fragment`text[]`,
    initial: [],
    stored: (labels) => sql.fragment`unique_labels(${labels})`,
  },
]

const columnOf = (name: string) => (name === 'completed' ? 'completed_at' : name)
const nameOf = (name: string) => sql.fragment`${sql.identifier([name])}`
const list = (parts: Fragment[]) => sql.fragment`${sql.join(parts, sql.fragment`, `)}`

/** By which a task is the same as another. */
export const CONTENT = FIELDS.map(({ name }) => name)
/** The columns that a patch may change. */
export const CHANGEABLE = CONTENT.map(columnOf)
/** The members of a file of tasks that come from these fields. */
export const FILE_MEMBERS = CONTENT.flatMap((name) =>
  name === 'completed' ? ([name, 'completed_at'] as const) : ([name] as const),
)

const GENERATED = ['position', 'trashed_at', 'created_at', 'updated_at']

/** The columns of `tasks` that are stored; the others are generated from them. */
export const columns = columnsOf('tasks', ['user_id', 'id', 'version', ...CHANGEABLE, ...GENERATED])

/** A row of `tasks` as the contract's Task. */
export const task = list([
  ...['id', 'user_id'].map(nameOf),
  ...FIELDS.map(({ name, output }) => output ?? nameOf(name)),
  ...GENERATED.map(nameOf),
  sql.fragment`'"' || version || '"' as etag`,
])

export function columnsOf(row: string, columns: readonly string[]): Fragment {
  return list(columns.map((name) => sql.fragment`${sql.identifier([row, name])}`))
}

/** The columns of CONTENT, of a request that creates a task. */
export function draftOf(content: Content): Fragment {
  return list(
    FIELDS.map(
      (field) =>
        sql.fragment`${boundValue(field, content[field.name])} as ${sql.identifier([field.name])}`,
    ),
  )
}

/**
 * The columns of CHANGEABLE after a merge patch (RFC 7396) of a row. The text is the same for every
 * patch, so that one prepared statement serves all.
 */
export function patchOf(change: Schemas['TaskUpdate']): Fragment {
  return list(
    FIELDS.map((field) => {
      const sent = change[field.name]
      const column = sql.identifier([columnOf(field.name)])
      const value = boundValue(field, sent)
      const next =
        field.name === 'completed'
          ? sql.fragment`case when ${value} then coalesce(completed_at, now()) end`
          : value
      return sql.fragment`case when ${sent !== undefined} then ${next} else ${column} end
        as ${column}`
    }),
  )
}

function boundValue({ type, initial, stored }: Field, sent: Content[keyof Content]): Fragment {
  const value = (sent === undefined ? initial : sent) ?? null
  const bound = Array.isArray(value)
    ? sql.fragment`${sql.array(value, 'text')}`
    : sql.fragment`${value}::${type}`
  return stored ? stored(bound) : bound
}

/** For `insert into tasks`: the columns of CHANGEABLE, and their values from a draft. */
export const inserted = {
  columns: list(CHANGEABLE.map(nameOf)),
  values: (completedAt: Fragment) =>
    list(CONTENT.map((name) => (name === 'completed' ? completedAt : nameOf(name)))),
}

/** For the columns of `json_to_recordset`: the members of a row of a file, and their types. */
export const recordColumns = list(
  FIELDS.map(({ name, type }) => sql.fragment`${sql.identifier([name])} ${type}`),
)

/** The same members, with what stands for those that the row does not have. */
export const recordMembers = list(
  FIELDS.map(({ name, type, initial, stored = (value) => value }) => {
    const member = sql.identifier([name])
    if (initial === undefined) return sql.fragment`${member}`
    const value = Array.isArray(initial) ? sql.fragment`'{}'` : sql.fragment`${initial}::${type}`
    return sql.fragment`${stored(sql.fragment`coalesce(${member}, ${value})`)} as ${member}`
  }),
)
