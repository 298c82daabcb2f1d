import { v5 as uuidv5, v7 as uuidv7 } from 'uuid'
import { fold } from '../../rules/fold.ts'
import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { lists } from '../lists/fields.ts'
import { insertList } from '../lists/write-list.ts'
import type { Quota } from '../resource/write/quota.ts'
import { selectKind } from './export-store.ts'
import type { ImportedRow } from './imported-row.ts'
import { walk } from './walk.ts'

type Schemas = components['schemas']

/** Most lists that one file creates by the names in its rows, beside those in `lists`. */
const NAMED_LIST_LIMIT = 200
/** The id of no list, for a row whose list could not be created. */
const NO_LIST = '00000000-0000-0000-0000-000000000000'

/** The rows, each with the id of its list, and how many lists were created for them. */
export interface PlacedRows {
  rows: ImportedRow[]
  created: number
}

/**
 * Creates the lists of a file, and those that its rows name, where they do not exist, and puts each
 * row into its list. Rows whose list the quota has no room for are refused.
 *
 * @throws {ProblemError} 401 when the caller's session has ended
 */
export async function placeInLists(
  statements: Statements,
  caller: Caller,
  given: readonly Schemas['ImportedList'][],
  rows: readonly ImportedRow[],
  quota: Quota,
): Promise<PlacedRows> {
  const isPlain = rows.every(({ list_id, list }) => list_id == null && list == null)
  if (given.length === 0 && isPlain) return { rows: [...rows], created: 0 }
  const known = await liveLists(statements, caller)
  let created = 0
  async function create(id: string, content: Omit<Schemas['ListCreate'], 'id'>): Promise<boolean> {
    const written = await insertList(statements, caller, id, content, undefined, quota)
    if (written?.outcome !== 'done') return false
    if (written.status === 201) created += 1
    known.add(written.value)
    return true
  }

  for (const { id, name, description, color, archived } of byPosition(given))
    if (id === undefined ? !known.idOf(fold(name)) : !known.hasId(id))
      await create(id ?? uuidv7(), {
        name,
        ...(description === undefined ? {} : { description }),
        ...(color === undefined ? {} : { color }),
        ...(archived === undefined ? {} : { archived }),
      })

  const placed: ImportedRow[] = []
  const tried = new Set<string>()
  for (const { list, ...row } of rows) {
    const isAt = row.list_id != null && known.hasId(row.list_id)
    if (isAt || list == null) {
      placed.push(row)
      continue
    }
    const name = fold(list)
    if (!known.idOf(name) && !tried.has(name) && created < NAMED_LIST_LIMIT) {
      tried.add(name)
      // The same id each time, so that two imports at once create one list; another one where the
      // list that was created has another name now, or is in the trash.
      const id = uuidv5(`list ${name}`, caller.userId)
      if (known.hasId(id) || !(await create(id, { name: list })))
        await create(uuidv7(), { name: list })
    }
    placed.push({ ...row, list_id: known.idOf(name) ?? NO_LIST })
  }
  return { rows: placed, created }
}

/** The lists that are not in the trash. Of those with one name, that with the lowest id counts. */
async function liveLists(statements: Statements, caller: Caller) {
  const ids = new Set<string>()
  const byName = new Map<string, string>()
  const add = ({ id, name }: Pick<Schemas['List'], 'id' | 'name'>) => {
    ids.add(id)
    if (!byName.has(fold(name))) byName.set(fold(name), id)
  }
  const parts = walk(
    (part) => selectKind<Schemas['List']>(statements, caller, lists, { ...part, trash: false }),
    ({ id }) => id,
    1_000,
  )
  for await (const part of parts) part.forEach(add)
  return {
    add,
    hasId: (id: string) => ids.has(id),
    idOf: (folded: string) => byName.get(folded),
  }
}

/** In the order in which they come to the bottom of the manual order. */
const byPosition = (lists: readonly Schemas['ImportedList'][]) =>
  lists.some(({ position }) => position === undefined)
    ? lists
    : lists.toSorted((a, b) => ((a.position ?? '') < (b.position ?? '') ? -1 : 1))
