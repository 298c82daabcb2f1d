import type { Caller } from '../../contract/handlers.ts'
import { type Fragment, sql } from '../../database/sql.ts'
import type { Resource } from '../fields.ts'

/**
 * Most bytes of the texts of resources that one statement writes: the search index of each is
 * written anew, a million bytes in about a second.
 */
export const TEXT_LIMIT = 1_000_000

/** Other resources that a statement writes together with the one that it is about. */
export interface Members {
  /** Of its CTE; the one that writes them has the suffix `_written`. */
  name: string
  resource: Resource
  /** Selects the `id` of each, and what `order` and `assignments` read, from `changed`. */
  rows: Fragment
  /** The order of their versions, as columns of `rows`. */
  order: Fragment
  /** For the `set` of the update, from the rows, `advanced` and `own.version`. */
  assignments: Fragment
  /** Whether they get their versions before the resource that they are written with. */
  areFirst: boolean
}

const countOf = ({ name }: Members) =>
  sql.fragment`(select count(*) from ${sql.identifier([name])})`
const sum = (parts: Fragment[]) => sql.fragment`${sql.join(parts, sql.fragment` + `)}`

const ONE = sql.fragment`1`

/** How many versions a write with these members takes, and of how many resources it is itself. */
export const versionCount = (members: Members[], own = ONE) => sum([own, ...members.map(countOf)])

/** The version of the resource itself. */
export function ownVersion(members: Members[]): Fragment {
  const later = members.filter(({ areFirst }) => !areFirst)
  return later.length === 0
    ? sql.fragment`advanced.version`
    : sql.fragment`advanced.version - (${sum(later.map(countOf))})`
}

/** The CTEs with the members in their order. They stand before `advanced`. */
export function readMembers(members: Members[]): Fragment {
  return joined(
    members.map(
      ({ name, rows, order }) => sql.fragment`
    ${sql.identifier([name])} as materialized (
      select found.*, row_number() over (order by ${order}) as turn
      from (${rows}) found
    ),`,
    ),
  )
}

/** The CTEs that write the members. They stand after `advanced`. */
export function writtenMembers(
  caller: Pick<Caller, 'userId'>,
  members: Members[],
  own = ONE,
): Fragment {
  return joined(
    members.map((each, index) => {
      const { name: cte, resource, assignments } = each
      const { name, table } = resource
      const row = sql.identifier([cte])
      // What gets its versions after these; the resource itself is one of them.
      const later = [
        ...members.filter((other, place) => other.areFirst === each.areFirst && place >= index),
        ...(each.areFirst ? members.filter((other) => !other.areFirst) : []),
      ].map(countOf)
      const after = sum(each.areFirst ? [own, ...later] : later)
      return sql.fragment`
    ${sql.identifier([`${cte}_written`])} as (
      update ${table}
      set version = own.version, updated_at = advanced.at, ${assignments}
      from ${row}, advanced
      cross join lateral (select advanced.version - (${after}) as before) span
      cross join lateral (select before + ${sql.identifier([cte, 'turn'])} as version) own
      where ${sql.identifier([name, 'user_id'])} = ${caller.userId}::uuid
        and ${sql.identifier([name, 'user_id'])} = advanced.user_id
        and ${sql.identifier([name, 'id'])} = ${sql.identifier([cte, 'id'])}
    ),`
    }),
  )
}

const NOTHING = sql.fragment``
const joined = (ctes: Fragment[]) => sql.fragment`${sql.join([NOTHING, ...ctes], NOTHING)}`
