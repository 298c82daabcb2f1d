import type { Caller } from '../contract/handlers.ts'
import type { Database, Statements } from '../database/database.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { ProblemError, problem } from '../problems.ts'
import type { Resource } from './fields.ts'
import { liveCaller, ownedBy } from './live-caller.ts'

/** Whether the session of the caller has not ended, for what reads nothing else. */
export async function isLive(database: Pick<Database, 'read'>, caller: Caller): Promise<boolean> {
  const rows = await database.read(sql.unsafe`
    with ${liveCaller(caller)}
    select user_id
    from caller`)
  return rows.length > 0
}

/** A resource that is not in the trash. Undefined when the caller's session has ended. */
export async function selectResource<Value>(
  database: Pick<Database, 'read'>,
  caller: Caller,
  { name, table, output }: Resource,
  id: string,
): Promise<{ value: Value | undefined } | undefined> {
  const [row] = await database.read<(Value & { id: string }) | { id: null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.*
    from caller
    left join lateral (
      select ${output}
      from ${table}
      where ${ownedBy('caller', caller, name)}
        and id = ${id}::uuid
        and state <> 'trashed'
    ) found on true`)
  return row && { value: row.id === null ? undefined : row }
}

/** Most rows that are read with one statement. */
const PAGE = 100

/** What comes after this key. */
export interface Part {
  after: string | undefined
  limit: number
}

/**
 * Everything that `select` finds, page by page, by the key of the last row of the page before.
 *
 * @throws {ProblemError} 401 when it returns undefined, because the caller's session has ended
 */
export async function* walk<Row>(
  select: (part: Part) => Promise<readonly Row[] | undefined>,
  keyOf: (row: Row) => string,
  limit = PAGE,
): AsyncGenerator<readonly Row[]> {
  let after: string | undefined
  for (;;) {
    const rows = await select({ after, limit })
    if (!rows) throw new ProblemError(problem('session_ended'))
    const last = rows.at(-1)
    if (last !== undefined) yield rows
    if (last === undefined || rows.length < limit) return
    after = keyOf(last)
  }
}

/**
 * Resources of a kind in the order of their ids, which never change. A reader that continues after
 * the last id sees each one that is not deleted exactly once. Undefined when the caller's session
 * has ended.
 *
 * @param trash whether those in the trash are among them
 */
export async function selectKind<Value>(
  database: Statements,
  caller: Caller,
  { name, table, output }: Pick<Resource, 'name' | 'table' | 'output'>,
  { trash, ...part }: Part & { trash: boolean },
): Promise<Value[] | undefined> {
  const isIn = trash ? sql.fragment`true` : sql.fragment`state <> 'trashed'`
  return selectPart(database, caller, part, {
    key: 'id',
    columns: output,
    from: sql.fragment`${table} where ${ownedBy('caller', caller, name)} and ${isIn}`,
  })
}

interface Selection {
  /** A column that is unique among the rows. */
  key: 'id' | 'key'
  columns: Fragment
  /** A table, and conditions that bind it to `caller`. */
  from: Fragment
}

/** The next rows in the order of the key. Undefined when the caller's session has ended. */
export async function selectPart<Row>(
  database: Statements,
  caller: Caller,
  { after, limit }: Part,
  { key, columns, from }: Selection,
): Promise<Row[] | undefined> {
  const column = sql.identifier([key])
  const type = key === 'id' ? sql.fragment`uuid` : sql.fragment`text`
  const isNext =
    after === undefined ? sql.fragment`true` : sql.fragment`${column} > ${after}::${type}`
  const rows = await database.rows<Row & { is_there: boolean | null }>(sql.unsafe`
    with ${liveCaller(caller)}
    select found.*
    from caller
    left join lateral (
      select true as is_there, ${columns}
      from ${from} and ${isNext}
      order by ${column}
      limit ${limit}
    ) found on true
    order by ${column}`)
  // No row: the session has ended. One row of nulls: there is nothing more.
  return rows.length === 0
    ? undefined
    : rows.flatMap(({ is_there, ...row }) => (is_there ? (row as Row) : []))
}
