import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import * as accountStore from '../server/auth/account/store.ts'
import * as sessionStore from '../server/auth/store.ts'
import * as chores from '../server/cleanup/jobs.ts'
import type { Caller } from '../server/contract/handlers.ts'
import type { Database } from '../server/database/database.ts'
import { sql } from '../server/database/live-caller.ts'
import * as onceStore from '../server/resource/idempotency-store.ts'
import { dueClock } from '../server/tasks/query/local-time.ts'
import * as changeStore from '../server/tasks/query/task-changes.ts'
import * as listStore from '../server/tasks/query/task-page.ts'
import * as trashStore from '../server/tasks/write/empty-trash.ts'
import * as taskStore from '../server/tasks/write/store.ts'
import type { Person } from '../server/testing/person.ts'
import { AMPLE } from '../server/testing/usage.ts'
import * as exportStore from '../server/transfer/export-store.ts'
import * as importStore from '../server/transfer/import-store.ts'
import { NO_TASK } from './example-request.ts'

/** An `Idempotency-Key` that Bob has used. */
export const BOBS_KEY = 'a key of Bob'

export const sessionOf = (person: Person) => decodeJwt(person.token).sid as string

/** The hash of this person's password, as the database keeps it. */
export async function hashOf(database: Database, person: Person): Promise<string> {
  const [account] = await database.rows<{ password: string }>(
    sql.unsafe`select password from account where "userId" = ${person.id}::uuid`,
  )
  return account?.password ?? ''
}

/** How each exported function of a store is called by somebody who wants at another's things. */
type Call = (
  caller: Caller,
  owner: Person,
  ownersTask: string,
  ownersOther: string,
) => Promise<unknown>
/** Every file with SQL outside `server/database`, its functions and how they are called. */
export const storeCalls = (
  database: () => Database,
): Record<string, { module: object; calls: Record<string, Call>; actsForNobody?: true }> => ({
  'server/cleanup/jobs.ts': {
    module: chores,
    // What they take away, and that it is nothing else, is held by `cleanup.test.ts`.
    actsForNobody: true,
    calls: {
      purgeOldTrash: () => chores.purgeOldTrash(database()),
      forgetPurgedTasks: () => chores.forgetPurgedTasks(database()),
      deleteOldKeys: () => chores.deleteOldKeys(database()),
      deleteExpiredSessions: () => chores.deleteExpiredSessions(database()),
    },
  },
  'server/resource/idempotency-store.ts': {
    module: onceStore,
    calls: {
      holdClock: (caller) => onceStore.holdClock(database(), caller),
      selectEarlier: async (caller) => {
        const request = { key: BOBS_KEY, requestHash: 'another' }
        await onceStore.keepAnswer(database(), caller, request, { items: [] })
        return onceStore.selectEarlier(database(), caller, request)
      },
      keepAnswer: (caller) =>
        onceStore.keepAnswer(
          database(),
          caller,
          { key: 'a key of nobody', requestHash: 'x' },
          { items: [] },
        ),
    },
  },
  'server/tasks/query/task-changes.ts': {
    module: changeStore,
    calls: {
      selectTaskChanges: (caller) =>
        changeStore.selectTaskChanges(database(), caller, {
          since: undefined,
          limit: 200,
          unchanged: [],
        }),
    },
  },
  'server/transfer/export-store.ts': {
    module: exportStore,
    calls: {
      selectTasks: (caller) => exportStore.selectTasks(database(), caller, { ...ALL, trash: true }),
      selectCalendarTasks: (caller) => exportStore.selectCalendarTasks(database(), caller, ALL),
      selectHeldUser: (caller) => exportStore.selectHeldUser(database(), caller),
      selectSignInMethods: (caller) => exportStore.selectSignInMethods(database(), caller, ALL),
      selectHeldSessions: (caller) => exportStore.selectHeldSessions(database(), caller, ALL),
      selectPurgedTasks: (caller) => exportStore.selectPurgedTasks(database(), caller, ALL),
      selectKeptAnswers: (caller) => exportStore.selectKeptAnswers(database(), caller, ALL),
    },
  },
  'server/transfer/import-store.ts': {
    module: importStore,
    calls: {
      insertTasks: (caller, _owner, id, otherId) =>
        importStore.insertTasks(
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
  'server/tasks/write/empty-trash.ts': {
    module: trashStore,
    calls: { emptyTrash: (caller) => trashStore.emptyTrash(database(), caller, undefined) },
  },
  'server/auth/account/store.ts': {
    module: accountStore,
    calls: {
      selectSessions: (caller) => accountStore.selectSessions(database(), caller),
      deleteSessionById: (caller, owner) =>
        accountStore.deleteSessionById(database(), caller, sessionOf(owner)),
      deleteOtherSessions: (caller) => accountStore.deleteOtherSessions(database(), caller),
      selectPasswordHash: (caller) => accountStore.selectPasswordHash(database(), caller),
      // Somebody who knows the owner's very hash.
      replaceHash: async (caller, owner) =>
        accountStore.replaceHash(database(), caller, await hashOf(database(), owner), 'taken'),
      holdAccount: (caller) => accountStore.holdAccount(database(), caller),
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
  'server/tasks/query/task-page.ts': {
    module: listStore,
    calls: {
      selectTaskPage: (caller) => {
        const request = {
          filter: {},
          clock: dueClock('UTC', Date.now()),
          sort: '-created_at',
          after: undefined,
          limit: 200,
          unchanged: [],
        } as const
        return listStore.selectTaskPage(database(), caller, { ...request, unchanged: [] })
      },
      selectTaskCounts: (caller) =>
        listStore.selectTaskCounts(database(), caller, dueClock('UTC', Date.now()), []),
    },
  },
  'server/tasks/write/store.ts': {
    module: taskStore,
    calls: {
      selectTask: (caller, _owner, id) => taskStore.selectTask(database(), caller, id),
      updateTask: (caller, _owner, id) =>
        taskStore.updateTask(
          database(),
          caller,
          id,
          { title: 'taken', description: null, completed: true },
          free(),
          AMPLE,
        ),
      toggleTask: (caller, _owner, id) => taskStore.toggleTask(database(), caller, id, free()),
      moveTask: async (caller, _owner, id, otherId) => {
        // Bob's task itself, and a task of the caller's beside Bob's.
        const own = await taskStore.insertTask(
          database(),
          caller,
          randomUUID(),
          { title: 'own' },
          undefined,
          AMPLE,
        )
        const ownId = own?.outcome === 'done' ? own.task.id : NO_TASK
        return [
          await taskStore.moveTask(
            database(),
            caller,
            id,
            { before: otherId },
            { ifMatch: null, once: undefined },
          ),
          await taskStore.moveTask(
            database(),
            caller,
            ownId,
            { after: id },
            { ifMatch: null, once: undefined },
          ),
        ]
      },
      insertTask: (caller, _owner, id) =>
        taskStore.insertTask(database(), caller, id, { title: 'planted' }, free().once, AMPLE),
      deleteTask: (caller, _owner, id) => taskStore.deleteTask(database(), caller, id, free()),
      restoreTask: (caller, _owner, id) =>
        taskStore.restoreTask(database(), caller, id, { ifMatch: null, once: undefined }),
    },
  },
})
const ALL = { after: undefined, limit: 200 }
/** No version is asked for, and the key is one that Bob has used too. */
const free = () => ({ ifMatch: null, once: { key: BOBS_KEY, requestHash: 'another' } })
