import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contractOperations } from '../server/contract/document.ts'
import { newPerson, type Person } from '../server/testing/person.ts'
import { startService, type TestService } from '../server/testing/service.ts'
import {
  AuthenticationError,
  ConflictError,
  createDocket,
  type DocketOptions,
  InvalidRequestError,
  isProblem,
  NoAnswerError,
  NotFoundError,
  ProblemError,
  sessionTokens,
} from './index.ts'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const clientOf = (person: Person, baseUrl = service.url, options: Partial<DocketOptions> = {}) =>
  createDocket({ baseUrl, tokens: sessionTokens({ baseUrl, sessionToken: person.sessionToken }), ...options })

describe('a method for each operation', () => {
  test('by its name, in both styles', () => {
    const docket = createDocket({ baseUrl: service.url })
    for (const { id } of contractOperations) expect([id, typeof docket[id], typeof docket.result[id]]).toEqual([id, 'function', 'function'])
  })

  test('from signing up to the end of the account', async () => {
    const credentials = { email: `${crypto.randomUUID()}@example.org`, password: 'correct horse battery' }
    const { session_token, user } = await createDocket({ baseUrl: service.url }).signup({ body: credentials })
    const docket = createDocket({ baseUrl: service.url, tokens: sessionTokens({ baseUrl: service.url, sessionToken: session_token }) })
    const task = await docket.createTask({ body: { title: 'Pay the rent', labels: ['home'] } })
    expect(task.user_id).toBe(user.id)
    const moved = await docket.moveTask({ task, body: { to: 'top' } })
    const done = await docket.toggleTaskCompletion({ task: moved, body: { completed: true } })
    expect(await docket.listTasks({ label: ['home', 'money'], completed: true, limit: 1 })).toMatchObject({ items: [done], total: 1 })
    expect(await docket.exportTasksCsv()).toContain('Pay the rent')
    expect((await docket.importTasks({ body: 'title\r\nWater the plants\r\n' })).created).toBe(1)
    expect(await docket.deleteTask({ task: done })).toBeUndefined()
    expect((await docket.restoreTask({ task: task.id })).title).toBe('Pay the rent')
    const [session] = (await docket.listSessions()).items
    expect(session?.current).toBe(true)
    await docket.deleteAccount({ body: { password: credentials.password } })
    await expect(docket.listTasks()).rejects.toBeInstanceOf(AuthenticationError)
  })

  test('what the contract does not describe does not compile', () => {
    const docket = createDocket({ baseUrl: service.url })
    const neverCalled = () => [
      // @ts-expect-error a body is needed
      docket.createTask({}),
      // @ts-expect-error and a title in it
      docket.createTask({ body: {} }),
      // @ts-expect-error no such filter
      docket.listTasks({ colour: 'red' }),
      // @ts-expect-error which task?
      docket.updateTask({ body: { title: 'x' } }),
      // @ts-expect-error no such operation
      docket.eatTask(),
    ]
    expect(neverCalled).toBeTypeOf('function')
  })
})

describe('what is refused', () => {
  test('is thrown as the error of its family, with the problem, its code, its pointers and the id of the request', async () => {
    const ada = await newPerson(service.url)
    const docket = clientOf(ada)
    const error = await docket.createTask({ body: { title: '' } }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(InvalidRequestError)
    const { code, errors, status, requestId, problem } = error as InvalidRequestError
    expect([code, status, errors[0]?.pointer, requestId, problem.detail]).toEqual(['invalid_body', 422, '/title', problem.request_id, (error as Error).message])
    expect(isProblem(error, 'invalid_body')).toBe(true)
    expect(isProblem(error, 'task_not_found', 'version_stale')).toBe(false)
    await expect(docket.getTask({ task: crypto.randomUUID() })).rejects.toBeInstanceOf(NotFoundError)
    await expect(createDocket({ baseUrl: service.url }).listTasks()).rejects.toMatchObject({ code: 'authorization_missing' })
  })

  test('is `error` in the other style, which throws nothing', async () => {
    const docket = clientOf(await newPerson(service.url))
    const { data, error, response } = await docket.result.createTask({ body: { title: '' } })
    expect([data, error instanceof ProblemError, response?.status]).toEqual([undefined, true, 422])
    const good = await docket.result.createTask({ body: { title: 'x' } })
    expect([good.error, good.data?.title, good.response?.status]).toEqual([undefined, 'x', 201])
    const nowhere = createDocket({ baseUrl: 'http://127.0.0.1:9', retries: 0 })
    expect((await nowhere.result.getLiveness()).error).toBeInstanceOf(NoAnswerError)
  })

  test('a write over what somebody else changed is a conflict, with both versions; by its id alone a task is written over', async () => {
    const docket = clientOf(await newPerson(service.url))
    const read = await docket.createTask({ body: { title: 'as read' } })
    const current = await docket.updateTask({ task: read, body: { title: 'as it is' } })
    const error = await docket.updateTask({ task: read, body: { title: 'too late' } }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ConflictError)
    expect(error).toMatchObject({ code: 'version_stale', read, current })
    await expect(docket.deleteTask({ task: read })).rejects.toBeInstanceOf(ConflictError)
    expect((await docket.updateTask({ task: read.id, body: { title: 'all the same' } })).title).toBe('all the same')
  })
})
