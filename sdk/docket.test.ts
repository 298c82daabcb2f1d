import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contractOperations } from '../server/contract/document.ts'
import { type Fault, startFaultyProxy } from '../server/testing/faulty-proxy.ts'
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
  RateLimitError,
  ServerError,
  sessionTokens,
} from './index.ts'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const clientOf = (person: Person, baseUrl = service.url, options: Partial<DocketOptions> = {}) =>
  createDocket({ baseUrl, tokens: sessionTokens({ baseUrl, sessionToken: person.sessionToken }), ...options })

/** Somebody whose client reaches the server through what fails on purpose. */
async function behindFaults(options: Partial<DocketOptions> = {}) {
  const ada = await newPerson(service.url)
  const proxy = await startFaultyProxy(service.url)
  return { ada, proxy, docket: clientOf(ada, proxy.url, { tryTimeout: 1_500, ...options }) }
}

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

describe('with a server that fails on purpose', () => {
  const passing: Fault[] = ['lost', 'half', 'refused', 'hang', { status: 503 }, { status: 503, retryAfter: 0 }, { status: 429, retryAfter: 0 }, { status: 502 }]

  test.each(passing)('a create whose first two tries go wrong (%o) is done once', async (fault) => {
    const { ada, proxy, docket } = await behindFaults()
    proxy.faults.push(fault, fault)
    const task = await docket.createTask({ body: { title: 'once' } })
    expect((await ada.send<{ items: object[] }>(ada.tasks)).body.items).toEqual([task])
    const keys = proxy.seen.filter(({ line }) => line === 'POST /api/{id}/tasks').map(({ key }) => key)
    expect([keys.length, new Set(keys).size]).toEqual([3, 1])
  })

  test('no write is lost and none done twice, whatever goes wrong in whatever order', async () => {
    const { ada, proxy, docket } = await behindFaults({ retries: 6 })
    const titles = Array.from({ length: 30 }, (_, index) => `Task ${index}`)
    for (const [index, title] of titles.entries()) {
      proxy.faults.push(...passing.filter((fault) => fault !== 'hang').slice(index % 7, (index % 7) + (index % 4)))
      const task = await docket.createTask({ body: { title } })
      if (index % 2) await docket.updateTask({ task, body: { description: title } })
      proxy.faults.length = 0
    }
    const { items } = (await ada.send<{ items: { title: string; description: string | null }[] }>(`${ada.tasks}?sort=position&limit=200`)).body
    expect(items.map(({ title, description }) => [title, description])).toEqual(titles.map((title, index) => [title, index % 2 ? title : null]))
  })

  test('what never answers is given up in time, and the error says that it was the time', async () => {
    const { proxy, docket } = await behindFaults({ tryTimeout: 100, timeout: 600 })
    proxy.faults.push(...Array<Fault>(50).fill('hang'))
    await expect(docket.listTasks()).rejects.toMatchObject({ name: 'NoAnswerError', isTimeout: true })
  })

  test('a wait that the server asks for is kept, and one that is longer than the call may take is not begun', async () => {
    const { proxy, docket } = await behindFaults({ timeout: 5_000 })
    proxy.faults.push({ status: 503, retryAfter: 1 })
    await docket.listTasks()
    const [first, second] = proxy.seen.filter(({ line }) => line.startsWith('GET /api/{id}/tasks'))
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000)
    proxy.faults.push({ status: 429, retryAfter: 30 })
    await expect(docket.listTasks()).rejects.toBeInstanceOf(RateLimitError)
  })

  test('what cannot be repeated safely is tried once', async () => {
    const { ada, proxy, docket } = await behindFaults()
    proxy.faults.push({ status: 503 })
    const body = { email: ada.email, password: ada.password }
    await expect(docket.login({ body })).rejects.toBeInstanceOf(ServerError)
    expect(proxy.seen.map(({ line }) => line)).toEqual(['POST /api/auth/login'])
  })

  test('a signal ends a call at once, also while it waits', async () => {
    const { proxy, docket } = await behindFaults()
    proxy.faults.push({ status: 503, retryAfter: 50 })
    const over = new AbortController()
    const call = docket.listTasks({}, { signal: over.signal })
    while (!proxy.seen.some(({ line }) => line.startsWith('GET /api/{id}/tasks'))) await new Promise((resolve) => setImmediate(resolve))
    over.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  test('fifty calls that are refused with 401 at once renew the token once; a session that is over is told once found out', async () => {
    const ada = await newPerson(service.url)
    const proxy = await startFaultyProxy(service.url)
    const real = sessionTokens({ baseUrl: proxy.url, sessionToken: ada.sessionToken })
    const stale = `${ada.token.split('.').slice(0, 2).join('.')}.AAAA`
    let renewed: string | undefined
    let over = 0
    const tokens = {
      get: async () => renewed ?? stale,
      async renew(refused: string) {
        renewed = await real.renew(refused)
        return renewed
      },
    }
    const onSessionOver = () => {
      over += 1
    }
    const docket = createDocket({ baseUrl: proxy.url, tokens, onSessionOver })
    const lists = await Promise.all(Array.from({ length: 50 }, () => docket.listTasks()))
    expect([lists.length, proxy.seen.filter(({ line }) => line === 'GET /api/auth/token').length, over]).toEqual([50, 1, 0])
    await ada.send('/api/auth/logout', { method: 'POST' })
    await expect(docket.listTasks()).rejects.toMatchObject({ code: 'session_ended' })
    expect(over).toBe(1)
  })
})

test('hooks see every try; the log has one line a call, and no token, title or query in it', async () => {
  const lines: unknown[] = []
  const tries: string[] = []
  const { ada, proxy, docket } = await behindFaults({
    log: (entry) => lines.push(entry),
    onRequest: ({ method }) => tries.push(method),
    onResponse: ({ status }) => tries.push(String(status)),
  })
  proxy.faults.push({ status: 503, retryAfter: 0 })
  await docket.createTask({ body: { title: 'a secret' } })
  await docket.result.listTasks({ q: 'a secret', limit: 1_000 })
  expect(tries).toEqual(['POST', '503', 'POST', '201', 'GET', '400'])
  const entry = { ms: expect.any(Number), requestId: expect.any(String) }
  expect(lines).toEqual([
    { operation: 'createTask', status: 201, ...entry },
    { operation: 'listTasks', status: 400, error: 'invalid_request', ...entry },
  ])
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`secret|${ada.token.slice(0, 20)}`))
})

describe('what comes in pages', () => {
  test('tasks are walked one by one, however many pages they take', async () => {
    const ada = await newPerson(service.url)
    const docket = clientOf(ada)
    const operations = Array.from({ length: 23 }, (_, index) => ({ action: 'create' as const, task: { title: `Task ${index}` } }))
    await docket.bulkTasks({ body: { operations } })
    const titles: string[] = []
    for await (const { title } of docket.tasks({ limit: 5, sort: 'position' })) titles.push(title)
    expect(titles).toEqual(operations.map(({ task }) => task.title))
    const sizes: number[] = []
    for await (const { items } of docket.taskPages({ limit: 10 })) sizes.push(items.length)
    expect(sizes).toEqual([10, 10, 3])
  })

  test('a cursor that does not move on ends the walk with an error, not never', async () => {
    const page = { items: [], total: 2, total_is_exact: true, next_cursor: 'same' }
    const docket = createDocket({ baseUrl: service.url, fetch: async () => Response.json(page) })
    const walk = async () => {
      for await (const _ of docket.tasks()) expect(_).toBeUndefined()
    }
    await expect(walk()).rejects.toThrow('does not move on')
  })

  test('changes are caught up with, and followed until the signal', async () => {
    const docket = clientOf(await newPerson(service.url))
    const first = await docket.createTask({ body: { title: 'first' } })
    const over = new AbortController()
    const heard: (string | undefined)[] = []
    let cursor: string | undefined
    for await (const page of docket.changes()) cursor = page.cursor
    const following = async () => {
      for await (const { items } of docket.changes(cursor, { follow: 10, signal: over.signal })) {
        heard.push(...items.map(({ task }) => task?.title))
        if (heard.includes('last')) over.abort(new Error('enough'))
      }
    }
    const followed = expect(following()).rejects.toThrow('enough')
    await docket.updateTask({ task: first, body: { title: 'changed' } })
    await docket.createTask({ body: { title: 'last' } })
    await followed
    expect(heard).toContain('last')
  })
})
