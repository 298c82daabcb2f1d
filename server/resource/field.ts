import { type Fragment, sql } from '../database/sql.ts'

type Value = string | boolean | object | null | undefined

/** A member of a resource that its user writes. */
export interface Field<Name extends string = string> {
  name: Name
  /** Its type in PostgreSQL. */
  type: Fragment
  /** What a resource has that is created without it; absent: null. */
  initial?: string | boolean | string[]
  /** What is stored of a value; absent: the value itself. */
  stored?: (value: Fragment) => Fragment
  /** For an object: what is stored of a patch of it (RFC 7396), from the column. */
  merged?: (value: Fragment) => Fragment
  /** The column as the contract's member; absent: as it is. */
  output?: Fragment
  /**
   * For a boolean: the column, and read-only member, that holds the time since which it is true.
   * Absent: the column has the name of the member.
   */
  since?: string
}

export const nameOf = (name: string) => sql.fragment`${sql.identifier([name])}`
export const list = (parts: Fragment[]) => sql.fragment`${sql.join(parts, sql.fragment`, `)}`
export const columnOf = ({ name, since }: Field) => since ?? name

export const memberOf = (sent: object, { name }: Field): Value => Object(sent)[name]

export function columnsOf(row: string, columns: readonly string[]): Fragment {
  return list(columns.map((name) => sql.fragment`${sql.identifier([row, name])}`))
}

export function outputOf(
  { name, output, since }: Field,
  time: (name: string) => Fragment,
): Fragment[] {
  return since
    ? [sql.fragment`${nameOf(since)} is not null as ${nameOf(name)}`, time(since)]
    : [output ? sql.fragment`${output} as ${nameOf(name)}` : nameOf(name)]
}

export function derivedOf(fields: readonly Field[]): Fragment {
  const derived = fields.flatMap(({ name, since }) =>
    since ? [sql.fragment`${nameOf(since)} is not null as ${nameOf(name)}, `] : [],
  )
  return derived.length === 0 ? sql.fragment`` : sql.fragment`${sql.join(derived, sql.fragment``)}`
}

/**
 * Not a function of the database: PostgreSQL does not inline one that is marked as immutable and
 * calls `array_to_string`, and then plans it at each call.
 */
export function bytesOf(
  fields: readonly Field[],
  counted: readonly string[],
  row: string,
): Fragment {
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

export function patched(field: Field, sent: Value): Fragment {
  const column = nameOf(columnOf(field))
  const value = bound(field, sent, field.merged)
  const next = field.since
    ? sql.fragment`case when ${value} then coalesce(${column}, ${NOW}) end`
    : value
  return sql.fragment`case when ${sent !== undefined} then ${next} else ${column} end as ${column}`
}

export function bound(
  { type, initial, stored: asStored }: Field,
  sent: Value,
  stored = asStored,
): Fragment {
  const value = (sent === undefined ? initial : sent) ?? null
  const given = Array.isArray(value)
    ? sql.fragment`${sql.array(value, 'text')}`
    : sql.fragment`${typeof value === 'object' ? value && JSON.stringify(value) : value}::${type}`
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
      if (initial === undefined) return sql.fragment`${stored(member)} as ${member}`
      const value = Array.isArray(initial) ? sql.fragment`'{}'` : sql.fragment`${initial}::${type}`
      return sql.fragment`${stored(sql.fragment`coalesce(${member}, ${value})`)} as ${member}`
    }),
  )
