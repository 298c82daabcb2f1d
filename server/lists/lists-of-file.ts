import { v5 as uuidv5, v7 as uuidv7 } from 'uuid'
import { fold } from '../../rules/fold.ts'
import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { selectKind, walk } from '../resource/select.ts'
import type { Quota } from '../resource/write/quota.ts'
import { lists } from './fields.ts'
import { insertList } from './write-list.ts'

type Schemas = components['schemas']

/** Most lists that one file creates by the names in its rows, beside those that it has itself. */
const NAMED_LIST_LIMIT = 200
/** The id of no list, for a row whose list could not be created. */
const NO_LIST = '00000000-0000-0000-0000-000000000000'

/** The lists that the rows of a file are put into. */
export interface ListsOfFile {
  /** How many were created so far. */
  created: number
  /**
   * The id of the list of a row: of the one with the id, else of the one with the name, which is
   * created where it does not exist. An id of no list where the quota has no room for it.
   */
  idFor(id: string | null | undefined, name: string | null | undefined): Promise<string | null>
}

/**
 * Creates the lists of a file that do not exist.
 *
 * @throws {ProblemError} 401 when the caller's session has ended
 */
export async function listsOfFile(
  statements: Statements,
  caller: Caller,
  given: readonly Schemas['ImportedList'][],
  quota: Quota,
): Promise<ListsOfFile> {
  let read: ReturnType<typeof liveLists> | undefined
  const known = () => {
    read ??= liveLists(statements, caller)
    return read
  }
  const tried = new Set<string>()
  async function create(id: string, content: Omit<Schemas['ListCreate'], 'id'>): Promise<boolean> {
    const written = await insertList(statements, caller, id, content, undefined, quota)
    if (written?.outcome !== 'done') return false
    if (written.status === 201) file.created += 1
    const { add } = await known()
    add(written.value)
    return true
  }
  const file: ListsOfFile = {
    created: 0,
    async idFor(id, name) {
      if (name == null) return id ?? null
      const { hasId, idOf } = await known()
      if (id != null && hasId(id)) return id
      const folded = fold(name)
      if (!idOf(folded) && !tried.has(folded) && file.created < NAMED_LIST_LIMIT) {
        tried.add(folded)
        // The same id each time, so that two imports at once create one list; another one where
        // the list that was created has another name now, or is in the trash.
        const made = uuidv5(`list ${folded}`, caller.userId)
        if (hasId(made) || !(await create(made, { name }))) await create(uuidv7(), { name })
      }
      return idOf(folded) ?? NO_LIST
    },
  }
  for (const { id, ...content } of byPosition(given)) {
    const { hasId, idOf } = await known()
    if (id === undefined ? !idOf(fold(content.name)) : !hasId(id))
      await create(id ?? uuidv7(), content)
  }
  return file
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
