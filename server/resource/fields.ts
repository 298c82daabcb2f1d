import { type Fragment, sql } from '../database/sql.ts'
import type { Rules } from './rule-violation.ts'

type Value = string | boolean | readonly string[] | null | undefined

/** A member of a resource that its user writes. */
export interface Field<Name extends string = string> {
  name: Name
  /** Its type in PostgreSQL. */
  type: Fragment
  /** What a resource has that is created without it; absent: null. */
  initial?: string | boolean | string[]
  /** What is stored of a value; absent: the value itself. */
  stored?: (value: Fragment) => Fragment
  /** The column as the contract's member; absent: as it is. */
  output?: Fragment
  /**
   * For a boolean: the column, and read-only member, that holds the time since which it is true.
   * Absent: the column has the name of the member.
   */
  since?: string
}

/** Values of columns, by name, that a statement computes from what is stored. */
export type Computed = Record<string, Fragment>

/**
 * A kind of resource. Create, patch, comparison, responses, import and export derive from its
 * fields: a new field is one line in the table of its noun.
 */
export interface Resource<Content extends object = never> {
  /** Its name in the change feed and in problem codes. */
  type: string
  /** The name of its table. */
  name: string
  table: Fragment
  /** The columns that are stored; the others are generated from them. */
  columns: Fragment
  /** A row as the contract has it. */
  output: Fragment
  /** The same for a response that is kept as JSON, where a time is a text. */
  json: Fragment
  /** The members by which a resource is the same as another, which it has when created. */
  content: readonly string[]
  /** The columns that a patch may change. */
  changeable: readonly string[]
  /** What the members of a row are computed from that has a column of another name; see `since`. */
  derived: Fragment
  /** The bytes of a row that count, by the name of the row. */
  bytesOf(row: string): Fragment
  /** The columns of `content`, of a request that creates a resource, and what is computed. */
  draftOf(content: Content, computed: Computed): Fragment
  /**
   * The columns of `changeable` after a merge patch (RFC 7396) of a row. The text is the same for
   * every patch with the same computed columns, so that one prepared statement serves all.
   */
  patchOf(change: Partial<Content>, computed: Computed): Fragment
  /** The names of the computed columns that are no fields. */
  columnsBeside(computed: Computed): string[]
  /** For `insert into`: the columns of `changeable`, and their values from a draft. */
  inserted: { columns: Fragment; values: (since: (member: Fragment) => Fragment) => Fragment }
  /** Whether what is in the trash can be purged, where some of it `stays`; absent: always. */
  isPurgeable?: (stays: (table: string) => Fragment) => Fragment
  /** The columns of the resources that it is under; see `placed_version` in the migrations. */
  placedBy: readonly string[]
  /** What is in the trash in the order in which it is purged. */
  trashOrder: Fragment
  /** The rules that only the stored resources show a body to violate. */
  rules: Rules
}

export interface ResourceDefinition<Content> {
  type: string
  table: string
  fields: readonly Field<keyof Content & string>[]
  /** Texts, and arrays of texts, whose bytes count. */
  counted: readonly (keyof Content & string)[]
  placedBy?: readonly (keyof Content & string)[]
  /** Columns that the server keeps up to date, and the members that are made of them. */
  kept?: { columns: readonly string[]; members: Fragment }
  /** The column with the level below others of the kind: the lowest are purged first. */
  level?: string
  isPurgeable?: (stays: (table: string) => Fragment) => Fragment
  rules: Rules
}

/** The columns of every resource that the kit writes. */
const GENERATED = ['position', 'trashed_at', 'created_at', 'updated_at']
const TIMES = ['trashed_at', 'created_at', 'updated_at']

const nameOf = (name: string) => sql.fragment`${sql.identifier([name])}`
export const list = (parts: Fragment[]) => sql.fragment`${sql.join(parts, sql.fragment`, `)}`
const columnOf = ({ name, since }: Field) => since ?? name

/** Puts together what all statements of a resource are made of; once, because it takes long. */
export function defineResource<Content extends object>({
  type,
  table,
  fields,
  counted,
  placedBy = [],
  kept,
  level,
  isPurgeable,
  rules,
}: ResourceDefinition<Content>): Resource<Content> {
  const content: readonly string[] = fields.map(({ name }) => name)
  const changeable = fields.map(columnOf)
  const members = (time: (name: string) => Fragment) =>
    list([
      ...['id', 'user_id'].map(nameOf),
      ...fields.flatMap((field) => outputOf(field, time)),
      ...(kept ? [kept.members] : []),
      ...GENERATED.map((name) => (TIMES.includes(name) ? time(name) : nameOf(name))),
      sql.fragment`'"' || version || '"' as etag`,
    ])
  return {
    type,
    name: table,
    table: nameOf(table),
    columns: columnsOf(table, [
      ...['user_id', 'id', 'version'],
      ...changeable,
      ...(kept?.columns ?? []),
      ...GENERATED,
    ]),
    output: members(nameOf),
    json: members((name) => sql.fragment`utc_text(${nameOf(name)}) as ${nameOf(name)}`),
    content,
    changeable,
    derived: derivedOf(fields),
    bytesOf: (row) => bytesOf(fields, counted, row),
    draftOf: (sent, computed) =>
      withComputed(
        fields,
        computed,
        (field) => sql.fragment`${bound(field, memberOf(sent, field))} as ${nameOf(field.name)}`,
      ),
    patchOf: (sent, computed) =>
      withComputed(fields, computed, (field) => patched(field, memberOf(sent, field))),
    columnsBeside: (computed) => Object.keys(computed).filter((name) => !content.includes(name)),
    inserted: {
      columns: list(changeable.map(nameOf)),
      values: (since) =>
        list(fields.map((field) => (field.since ? since(nameOf(field.name)) : nameOf(field.name)))),
    },
    placedBy,
    trashOrder: level
      ? sql.fragment`trashed_at, ${nameOf(level)} desc, id`
      : sql.fragment`trashed_at, id`,
    ...(isPurgeable ? { isPurgeable } : {}),
    rules,
  }
}

function withComputed(
  fields: readonly Field[],
  computed: Computed,
  columnFrom: (field: Field) => Fragment,
): Fragment {
  return list([
    ...fields.filter(({ name }) => !(name in computed)).map(columnFrom),
    ...Object.entries(computed).map(([name, value]) => sql.fragment`${value} as ${nameOf(name)}`),
  ])
}

const memberOf = (sent: object, { name }: Field): Value => Object(sent)[name]

export function columnsOf(row: string, columns: readonly string[]): Fragment {
  return list(columns.map((name) => sql.fragment`${sql.identifier([row, name])}`))
}

function outputOf({ name, output, since }: Field, time: (name: string) => Fragment): Fragment[] {
  return since
    ? [sql.fragment`${nameOf(since)} is not null as ${nameOf(name)}`, time(since)]
    : [output ? sql.fragment`${output} as ${nameOf(name)}` : nameOf(name)]
}

function derivedOf(fields: readonly Field[]): Fragment {
  const derived = fields.flatMap(({ name, since }) =>
    since ? [sql.fragment`${nameOf(since)} is not null as ${nameOf(name)}, `] : [],
  )
  return derived.length === 0 ? sql.fragment`` : sql.fragment`${sql.join(derived, sql.fragment``)}`
}

/**
 * Not a function of the database: PostgreSQL does not inline one that is marked as immutable and
 * calls `array_to_string`, and then plans it at each call.
 */
function bytesOf(fields: readonly Field[], counted: readonly string[], row: string): Fragment {
  const bytes = fields
    .filter(({ name }) => counted.includes(name))
    .map(({ name, initial }) => {
      const column = sql.identifier([row, name])
      return Array.isArray(initial)
        ? sql.fragment`octet_length(array_to_string(${column}, ''))`
        : sql.fragment`coalesce(octet_length(${column}), 0)`
    })
  return sql.fragment`${sql.join(bytes, sql.fragment` + `)}`
}

/** When the statement began to write; see `version.ts`. */
export const NOW = sql.fragment`(select now from user_version)`

function patched(field: Field, sent: Value): Fragment {
  const column = nameOf(columnOf(field))
  const value = bound(field, sent)
  const next = field.since
    ? sql.fragment`case when ${value} then coalesce(${column}, ${NOW}) end`
    : value
  return sql.fragment`case when ${sent !== undefined} then ${next} else ${column} end as ${column}`
}

function bound({ type, initial, stored }: Field, sent: Value): Fragment {
  const value = (sent === undefined ? initial : sent) ?? null
  const given = Array.isArray(value)
    ? sql.fragment`${sql.array(value, 'text')}`
    : sql.fragment`${value}::${type}`
  return stored ? stored(given) : given
}

/** For the columns of `json_to_recordset`: the members of a row of a file, and their types. */
export const recordColumns = (fields: readonly Field[]) =>
  list(fields.map(({ name, type }) => sql.fragment`${nameOf(name)} ${type}`))

/** The same members, with what stands for those that the row does not have. */
export const recordMembers = (fields: readonly Field[]) =>
  list(
    fields.map(({ name, type, initial, stored = (value) => value }) => {
      const member = nameOf(name)
      if (initial === undefined) return member
      const value = Array.isArray(initial) ? sql.fragment`'{}'` : sql.fragment`${initial}::${type}`
      return sql.fragment`${stored(sql.fragment`coalesce(${member}, ${value})`)} as ${member}`
    }),
  )
