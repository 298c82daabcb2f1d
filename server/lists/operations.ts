import { v7 as uuidv7 } from 'uuid'
import type { components } from '../../sdk/contract.gen.ts'
import type { Handlers } from '../contract/handlers.ts'
import type { Database } from '../database/database.ts'
import { problem } from '../problems.ts'
import type { Cursors } from '../resource/cursor.ts'
import { toIdempotencyKey } from '../resource/idempotency/idempotency.ts'
import { pageResponse, readCursor } from '../resource/page.ts'
import { matchesWeakly, pageTags } from '../resource/precondition.ts'
import { createdAt, guardOf, withBody, withoutBody, writeResponses } from '../resource/response.ts'
import { selectResource } from '../resource/select.ts'
import { moveResource } from '../resource/write/move.ts'
import type { Quota } from '../resource/write/quota.ts'
import { lists } from './fields.ts'
import { selectListPage } from './select-page.ts'
import { deleteList, restoreList } from './trash-list.ts'
import { insertList, updateList } from './write-list.ts'

type List = components['schemas']['List']
type ListOperation =
  | 'listLists'
  | 'createList'
  | 'getList'
  | 'updateList'
  | 'deleteList'
  | 'restoreList'
  | 'moveList'

const { responseOf, ownProblemOf, changeResponse } = writeResponses('list_not_found', lists.rules)
const listCreated = createdAt('lists')

/** The operations on lists. */
export function listOperations(
  database: Database,
  cursors: Cursors,
  quota: Quota,
): Pick<Handlers, ListOperation> {
  return {
    async listLists({ query, header }, caller) {
      const { limit, cursor, ...filter } = query
      const walk = JSON.stringify([caller.userId, 'lists', filter.trashed, filter.archived ?? null])
      const { progress, refused } = readCursor(cursors, walk, cursor)
      if (refused) return refused
      const { etag, unchanged } = pageTags('')
      const page = await selectListPage(database, caller, {
        filter,
        after: progress?.after,
        limit,
        unchanged: unchanged(header['If-None-Match']),
      })
      return pageResponse(cursors, walk, progress, page, etag)
    },

    async createList({ header, body }, caller) {
      const { id = uuidv7(), ...content } = body
      const key = toIdempotencyKey(header['Idempotency-Key'], 'createList', undefined, body)
      const written = await insertList(database, caller, id, content, key, quota)
      if (!written) return problem('session_ended')
      if (written.outcome === 'taken') return problem('list_id_taken')
      return ownProblemOf(written, body) ?? responseOf(written, body, listCreated)
    },

    async getList({ path, header }, caller) {
      const found = await selectResource<List>(database, caller, lists, path.list_id)
      if (!found) return problem('session_ended')
      if (!found.value) return problem('list_not_found')
      const headers = { ETag: found.value.etag }
      return matchesWeakly(header['If-None-Match'], found.value.etag)
        ? { status: 304, headers }
        : { status: 200, headers, body: found.value }
    },

    async updateList({ path, header, body }, caller) {
      const guard = guardOf('updateList', path.list_id, header, body)
      const written = await updateList(database, caller, path.list_id, body, guard, quota)
      return ownProblemOf(written, body) ?? changeResponse(written, body, withBody)
    },

    async deleteList({ path, header }, caller) {
      const guard = guardOf('deleteList', path.list_id, header)
      const written = await deleteList(database, caller, path.list_id, guard)
      return ownProblemOf(written, {}) ?? changeResponse(written, {}, withoutBody)
    },

    async restoreList({ path, header }, caller) {
      const guard = guardOf('restoreList', path.list_id, header)
      const written = await restoreList(database, caller, path.list_id, guard)
      return changeResponse(written, {}, withBody)
    },

    async moveList({ path, header, body }, caller) {
      const guard = guardOf('moveList', path.list_id, header, body)
      const written = await moveResource<List>(database, caller, lists, path.list_id, body, guard)
      return ownProblemOf(written, body) ?? changeResponse(written, body, withBody)
    },
  }
}
