import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import * as accountStore from '../../server/auth/account/store.ts'
import * as sessionStore from '../../server/auth/store.ts'
import * as cleanupJobs from '../../server/cleanup/jobs.ts'
import type { Caller } from '../../server/contract/handlers.ts'
import type { Database } from '../../server/database/database.ts'
import { sql } from '../../server/database/sql.ts'
import { labels } from '../../server/labels/fields.ts'
import * as selectLabels from '../../server/labels/select-labels.ts'
import * as writeLabel from '../../server/labels/write-label.ts'
import { lists } from '../../server/lists/fields.ts'
import * as selectPage from '../../server/lists/select-page.ts'
import * as trashList from '../../server/lists/trash-list.ts'
import * as writeList from '../../server/lists/write-list.ts'
import * as changes from '../../server/resource/changes.ts'
import * as idempotencyStore from '../../server/resource/idempotency/store.ts'
import { ownedBy } from '../../server/resource/live-caller.ts'
import * as select from '../../server/resource/select.ts'
import * as emptyTrash from '../../server/resource/write/empty-trash.ts'
import * as insert from '../../server/resource/write/insert.ts'
import * as move from '../../server/resource/write/move.ts'
import * as trash from '../../server/resource/write/trash.ts'
import * as update from '../../server/resource/write/update.ts'
import * as write from '../../server/resource/write/write.ts'
import { tasks } from '../../server/tasks/fields.ts'
import { localTimeIn } from '../../server/tasks/query/local-time.ts'
import * as searchInParts from '../../server/tasks/query/search-in-parts.ts'
import * as selectSubtasks from '../../server/tasks/query/select-subtasks.ts'
import * as taskCounts from '../../server/tasks/query/task-counts.ts'
import * as taskPage from '../../server/tasks/query/task-page.ts'
import * as completeTask from '../../server/tasks/write/complete-task.ts'
import * as insertTask from '../../server/tasks/write/insert-task.ts'
import * as insertTasks from '../../server/tasks/write/insert-tasks.ts'
import * as skipDate from '../../server/tasks/write/skip-date.ts'
import * as trashTask from '../../server/tasks/write/trash-task.ts'
import * as updateTask from '../../server/tasks/write/update-task.ts'
import { AMPLE } from '../../server/testing/data/usage.ts'
import type { Person } from '../../server/testing/person.ts'
import * as exportStore from '../../server/transfer/export-store.ts'

/** An `Idempotency-Key` that Bob has used. */
export const BOBS_KEY = 'a key of Bob'
export const BOBS_LABEL = 'a label of Bob'

export const sessionOf = (person: Person) => decodeJwt(person.token).sid as string

/** The hash of this person's password, as the database keeps it. */
export async function hashOf(database: Database, person: Person): Promise<string> {
  const [account] = await database.rows<{ password: string }>(
    sql.unsafe`select password from account where "userId" = ${person.id}::uuid`,
  )
  return account?.password ?? ''
}

/** Calls an exported function of a store, to reach what belongs to another user. */
type Call = (
  caller: Caller,
  owner: Person,
  ownersTask: string,
  ownersOther: string,
  ownersList: string,
) => Promise<unknown>

/** Every file outside `server/database` that runs SQL, with its functions and their calls. */
export const storeCalls = (
  database: () => Database,
): Record<string, { module: object; calls: Record<string, Call>; actsForNoUser?: true }> => ({
  'server/cleanup/jobs.ts': {
    module: cleanupJobs,
    // What they delete, and nothing else, is tested in `cleanup.test.ts`.
    actsForNoUser: true,
    calls: {
      purgeOldTrash: () => cleanupJobs.purgeOldTrash(database(), [tasks, lists]),
      deleteOldTombstones: () => cleanupJobs.deleteOldTombstones(database()),
      deleteOldKeys: () => cleanupJobs.deleteOldKeys(database()),
      deleteExpiredSessions: () => cleanupJobs.deleteExpiredSessions(database()),
    },
  },
  'server/resource/idempotency/store.ts': {
    module: idempotencyStore,
    calls: {
      selectEarlierResponse: async (caller) => {
        const key = { key: BOBS_KEY, requestHash: 'another' }
        await idempotencyStore.insertResponse(database(), caller, key, { items: [] })
        return idempotencyStore.selectEarlierResponse(database(), caller, key)
      },
      insertResponse: (caller) => {
        const key = { key: 'an unused key', requestHash: 'x' }
        return idempotencyStore.insertResponse(database(), caller, key, { items: [] })
      },
    },
  },
  'server/transfer/export-store.ts': {
    module: exportStore,
    calls: {
      selectCalendarTasks: (caller) => exportStore.selectCalendarTasks(database(), caller, ALL),
      selectHeldUser: (caller) => exportStore.selectHeldUser(database(), caller),
      selectSignInMethods: (caller) => exportStore.selectSignInMethods(database(), caller, ALL),
      selectHeldSessions: (caller) => exportStore.selectHeldSessions(database(), caller, ALL),
      selectTombstones: (caller) => exportStore.selectTombstones(database(), caller, ALL),
      selectKeptResponses: (caller) => exportStore.selectKeptResponses(database(), caller, ALL),
    },
  },
  'server/tasks/write/insert-tasks.ts': {
    module: insertTasks,
    calls: {
      insertTasks: (caller, _owner, id, otherId) =>
        insertTasks.insertTasks(
          database(),
          caller,
          [id, otherId, randomUUID()].map((id, index) => ({
            row: index + 1,
            id,
            title: 'planted',
            completed: false,
            isIdMade: false,
          })),
          AMPLE,
        ),
    },
  },
  'server/auth/account/store.ts': {
    module: accountStore,
    calls: {
      selectSessions: (caller) => accountStore.selectSessions(database(), caller),
      deleteSessionById: (caller, owner) =>
        accountStore.deleteSessionById(database(), caller, sessionOf(owner)),
      deleteOtherSessions: (caller) => accountStore.deleteOtherSessions(database(), caller),
      selectPasswordHash: (caller) => accountStore.selectPasswordHash(database(), caller),
      // With the owner's own hash.
      replaceHash: async (caller, owner) =>
        accountStore.replaceHash(database(), caller, await hashOf(database(), owner), 'taken'),
      deleteUser: async (caller, owner) =>
        accountStore.deleteUser(database(), caller, await hashOf(database(), owner)),
      updateUser: (caller) => accountStore.updateUser(database(), caller, { name: 'taken' }),
    },
  },
  'server/auth/store.ts': {
    module: sessionStore,
    calls: {
      selectUser: (caller) => sessionStore.selectUser(database(), caller),
      selectHashOfEmail: (_caller, owner) =>
        sessionStore.selectHashOfEmail(database(), owner.email),
      isHashOf: async (_caller, owner) =>
        sessionStore.isHashOf(database(), owner.id, await hashOf(database(), owner)),
      isEmailTaken: (_caller, owner) => sessionStore.isEmailTaken(database(), owner.email),
      deleteSession: (caller) => sessionStore.deleteSession(database(), caller),
    },
  },
  ...queryCalls(database),
  ...writeCalls(database),
})

type StoreCalls = ReturnType<typeof storeCalls>

const queryCalls = (database: () => Database): StoreCalls => ({
  'server/resource/select.ts': {
    module: select,
    calls: {
      isLive: (caller) => select.isLive(database(), caller),
      selectKind: (caller) =>
        Promise.all(
          [tasks, lists, labels].map((kind) =>
            select.selectKind(database(), caller, kind, { ...ALL, trash: true }),
          ),
        ),
      selectPart: (caller) =>
        select.selectPart(database(), caller, ALL, {
          key: 'id',
          columns: sql.fragment`id, title`,
          from: sql.fragment`tasks where ${ownedBy('caller', caller, 'tasks')}`,
        }),
      walk: async (caller) => {
        const parts = select.walk(
          (part) =>
            select.selectKind<{ id: string }>(database(), caller, tasks, { ...part, trash: true }),
          ({ id }) => id,
        )
        const found: unknown[] = []
        try {
          for await (const part of parts) found.push(part)
        } catch {
          // The session is not that of the user.
        }
        return found
      },
      selectResource: (caller, _owner, id) => select.selectResource(database(), caller, tasks, id),
    },
  },
  'server/lists/write-list.ts': {
    module: writeList,
    calls: {
      insertList: (caller, _owner, _id, _other, listId) =>
        writeList.insertList(database(), caller, listId, { name: 'planted' }, bobsKey(), AMPLE),
      updateList: (caller, _owner, _id, _other, listId) =>
        writeList.updateList(database(), caller, listId, { name: 'taken' }, keyed(), AMPLE),
    },
  },
  'server/lists/trash-list.ts': {
    module: trashList,
    calls: {
      deleteList: (caller, _owner, _id, _other, listId) =>
        trashList.deleteList(database(), caller, listId, keyed()),
      restoreList: (caller, _owner, _id, _other, listId) =>
        trashList.restoreList(database(), caller, listId, UNGUARDED),
    },
  },
  'server/tasks/write/trash-task.ts': {
    module: trashTask,
    calls: {
      deleteTask: (caller, _owner, id) => trashTask.deleteTask(database(), caller, id, keyed()),
      restoreTask: (caller, _owner, id) => trashTask.restoreTask(database(), caller, id, UNGUARDED),
    },
  },
  'server/lists/select-page.ts': {
    module: selectPage,
    calls: {
      selectListPage: (caller) =>
        selectPage.selectListPage(database(), caller, {
          filter: {},
          after: undefined,
          limit: 200,
          unchanged: [],
        }),
    },
  },
  'server/labels/select-labels.ts': {
    module: selectLabels,
    calls: {
      selectLabels: (caller) =>
        selectLabels.selectLabels(database(), caller, {
          after: undefined,
          limit: 200,
          unchanged: [],
        }),
    },
  },
  'server/tasks/query/select-subtasks.ts': {
    module: selectSubtasks,
    calls: {
      selectSubtasks: async (caller, _owner, id) => {
        const under = { title: 'planted', parent_id: id }
        await insertTask.insertTask(database(), caller, randomUUID(), under, undefined, AMPLE)
        return selectSubtasks.selectSubtasks(database(), caller, id, 200)
      },
    },
  },
  'server/tasks/write/skip-date.ts': {
    module: skipDate,
    calls: {
      skipDate: (caller, _owner, id) =>
        skipDate.skipDate(database(), caller, id, SKIP, bobsKey(), AMPLE),
      skipInTransaction: (caller, _owner, id) =>
        skipDate.skipInTransaction(database(), caller, id, SKIP, AMPLE),
    },
  },
  'server/tasks/query/task-page.ts': {
    module: taskPage,
    calls: { selectTaskPage: (caller) => taskPage.selectTaskPage(database(), caller, PAGE) },
  },
  'server/tasks/query/search-in-parts.ts': {
    module: searchInParts,
    calls: {
      searchInParts: (caller) =>
        searchInParts.searchInParts(database(), caller, { ...PAGE, filter: { q: 'a' } }),
    },
  },
  'server/tasks/query/task-counts.ts': {
    module: taskCounts,
    calls: {
      selectTaskCounts: (caller) =>
        taskCounts.selectTaskCounts(database(), caller, PAGE.localTime, []),
    },
  },
  'server/resource/changes.ts': {
    module: changes,
    calls: {
      selectChanges: (caller) =>
        changes.selectChanges(database(), caller, [tasks, lists, labels], {
          since: undefined,
          limit: 200,
          unchanged: [],
        }),
    },
  },
})

const writeCalls = (database: () => Database): StoreCalls => ({
  'server/tasks/write/insert-task.ts': {
    module: insertTask,
    calls: {
      insertTask: async (caller, _owner, id, _other, listId) => [
        await insertTask.insertTask(database(), caller, id, { title: 'planted' }, bobsKey(), AMPLE),
        await insertTask.insertTask(
          database(),
          caller,
          randomUUID(),
          { title: 'planted', list_id: listId },
          undefined,
          AMPLE,
        ),
        await insertTask.insertTask(
          database(),
          caller,
          randomUUID(),
          { title: 'planted', parent_id: id },
          undefined,
          AMPLE,
        ),
      ],
    },
  },
  'server/tasks/write/update-task.ts': {
    module: updateTask,
    calls: {
      updateTask: async (caller, _owner, id, otherId, listId) => {
        const update = (of: string, change: object) =>
          updateTask.updateTask(database(), caller, of, change, keyed(), AMPLE)
        // Bob's task itself, and a task of the caller under Bob's.
        const ownId = randomUUID()
        await insertTask.insertTask(database(), caller, ownId, { title: 'own' }, undefined, AMPLE)
        return [
          await update(id, { title: 'taken', completed: true, list_id: listId }),
          await update(id, { parent_id: otherId }),
          await update(id, { parent_id: ownId }),
          await update(ownId, { parent_id: id }),
          await update(ownId, { list_id: listId }),
        ]
      },
    },
  },
  'server/tasks/write/complete-task.ts': {
    module: completeTask,
    calls: {
      toggleTask: (caller, _owner, id) => completeTask.toggleTask(database(), caller, id, keyed()),
      completeTree: (caller, _owner, id) =>
        completeTask.completeTree(database(), caller, id, true, keyed()),
    },
  },
  'server/labels/write-label.ts': {
    module: writeLabel,
    calls: {
      // A label that Bob has, with a color, under a key that he has used.
      writeLabel: async (caller) => {
        const write = (change: writeLabel.LabelWrite) =>
          writeLabel.writeLabel(database(), caller, BOBS_LABEL, change, bobsKey(), AMPLE)
        return [
          await write({ name: 'taken' }),
          // A label of this name is the caller's own from here on.
          (await write({ color: 'red' }))?.outcome,
          await write({ name: null }),
        ]
      },
    },
  },
  'server/resource/write/insert.ts': {
    module: insert,
    calls: {
      insertResource: (caller, _owner, id) => {
        const creation = { id, content: { title: 'planted' }, violation: NO_VIOLATION }
        return insert.insertResource(database(), caller, tasks, creation, bobsKey(), AMPLE)
      },
    },
  },
  'server/resource/write/update.ts': {
    module: update,
    calls: {
      updateResource: (caller, _owner, id) =>
        update.updateResource(database(), caller, tasks, id, { title: 'taken' }, keyed(), AMPLE, {
          violation: NO_VIOLATION,
        }),
    },
  },
  'server/resource/write/move.ts': {
    module: move,
    calls: {
      moveResource: async (caller, _owner, id, otherId) => {
        // Bob's task itself, and a task of the caller beside Bob's.
        const ownId = randomUUID()
        await insertTask.insertTask(database(), caller, ownId, { title: 'own' }, undefined, AMPLE)
        return [
          await move.moveResource(database(), caller, tasks, id, { before: otherId }, UNGUARDED),
          await move.moveResource(database(), caller, tasks, ownId, { after: id }, UNGUARDED),
        ]
      },
    },
  },
  'server/resource/write/trash.ts': {
    module: trash,
    calls: {
      deleteResource: (caller, _owner, id) =>
        trash.deleteResource(database(), caller, tasks, id, keyed()),
      restoreResource: (caller, _owner, id) =>
        trash.restoreResource(database(), caller, tasks, id, UNGUARDED),
    },
  },
  'server/resource/write/write.ts': {
    module: write,
    calls: {
      writeResource: (caller, _owner, id) =>
        write.writeResource(database(), caller, tasks, id, keyed(), {
          next: sql.fragment`
            select user_id, id, null::text as violation
            from current`,
          differs: sql.fragment`true`,
          assignments: sql.fragment`title = 'taken'`,
        }),
    },
  },
  'server/resource/write/empty-trash.ts': {
    module: emptyTrash,
    calls: {
      emptyTrash: (caller) => emptyTrash.emptyTrash(database(), caller, [tasks, lists], undefined),
      purgeTrashed: async (caller, _owner, id) => {
        await trashTask.deleteTask(database(), caller, id, keyed())
        return emptyTrash.purgeTrashed(database(), caller, tasks, [id])
      },
    },
  },
})

const SKIP = { ifMatch: null, skippedOn: '2026-12-01' }

const PAGE = {
  filter: {},
  localTime: localTimeIn('UTC', Date.now()),
  sort: '-created_at' as const,
  after: undefined,
  limit: 200,
  unchanged: [],
}
const ALL = { after: undefined, limit: 200 }
const UNGUARDED = { ifMatch: null, key: undefined }
/** The same key as one of Bob's, for another request. */
const bobsKey = () => ({ key: BOBS_KEY, requestHash: 'another' })
const keyed = () => ({ ifMatch: null, key: bobsKey() })
const NO_VIOLATION = sql.fragment`null::text`
