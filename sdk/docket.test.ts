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
  NoResponseError,
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
  createDocket({
    baseUrl,
    tokens: sessionTokens({ baseUrl, sessionToken: person.sessionToken }),
    ...options,
  })

describe('a method for each operation', () => {
  test('by its name, in each style', () => {
    const docket = createDocket({ baseUrl: service.url })
    for (const { id } of contractOperations)
      expect([id, typeof docket[id], typeof docket.result[id], typeof docket.raw[id]]).toEqual([
        id,
        ...Array(3).fill('function'),
      ])
  })

  test('from signing up to the end of the account', async () => {
    const credentials = {
      email: `${crypto.randomUUID()}@example.org`,
      password: 'correct horse battery',
    }
    const { session_token, user } = await createDocket({ baseUrl: service.url }).signup({
      body: credentials,
    })
    const docket = createDocket({
      baseUrl: service.url,
      tokens: sessionTokens({ baseUrl: service.url, sessionToken: session_token }),
    })
    const task = await docket.createTask({ body: { title: 'Pay the rent', labels: ['home'] } })
    expect(task.user_id).toBe(user.id)
    const moved = await docket.moveTask({ task, body: { to: 'top' } })
    const done = await docket.toggleTaskCompletion({ task: moved, body: { completed: true } })
    expect(
      await docket.listTasks({ label: ['home', 'money'], completed: true, limit: 1 }),
    ).toMatchObject({ items: [done], total: 1 })
    expect(await docket.exportTasksCsv()).toContain('Pay the rent')
    expect((await docket.importTasks({ body: 'title\r\nWater the plants\r\n' })).created).toBe(1)
    expect(await docket.deleteTask({ task: done })).toBeUndefined()
    expect((await docket.restoreTask({ task: task.id })).title).toBe('Pay the rent')
    const [session] = (await docket.listSessions()).items
    expect(session?.current).toBe(true)
    await docket.deleteAccount({ body: { password: credentials.password } })
    await expect(docket.listTasks()).rejects.toBeInstanceOf(AuthenticationError)
  })

  test('`raw` gives the response itself, as a stream or a 304', async () => {
    const docket = clientOf(await newPerson(service.url))
    await docket.createTask({ body: { title: 'Pay the rent' } })
    const file = await docket.raw.exportTasksCsv()
    expect([file.headers.get('content-disposition'), file.bodyUsed]).toEqual([
      expect.stringContaining('.csv'),
      false,
    ])
    expect(await file.text()).toContain('Pay the rent')
    const list = await docket.raw.listTasks()
    const again = await docket.raw.listTasks(
      {},
      { headers: { 'If-None-Match': list.headers.get('etag') ?? '' } },
    )
    expect([list.status, again.status]).toEqual([200, 304])
    await expect(docket.raw.getTask({ task: crypto.randomUUID() })).rejects.toBeInstanceOf(
      NotFoundError,
    )
  })

  test('what the contract does not describe does not compile', () => {
    const docket = createDocket({ baseUrl: service.url })
    const neverCalled = () => [
      // @ts-expect-error a body is needed
      docket.createTask({}),
      // @ts-expect-error and a title in it
      docket.createTask({ body: {} }),
      // @ts-expect-error no such filter
      docket.listTasks({ color: 'red' }),
      // @ts-expect-error which task?
      docket.updateTask({ body: { title: 'x' } }),
      // @ts-expect-error no such operation
      docket.eatTask(),
    ]
    expect(neverCalled).toBeTypeOf('function')
  })
})

describe('who a client speaks for', () => {
  const credentials = () => ({
    email: `${crypto.randomUUID()}@example.org`,
    password: 'correct horse battery',
  })

  test('is the user who signed in last, and none after sign-out', async () => {
    const docket = createDocket({ baseUrl: service.url })
    const [ada, grace] = [credentials(), credentials()]
    await docket.signup({ body: ada })
    const adas = await docket.createTask({ body: { title: 'of Ada' } })
    const { session_token } = await docket.signup({ body: grace })
    expect([(await docket.verify()).user.email, (await docket.listTasks()).items]).toEqual([
      grace.email,
      [],
    ])
    await docket.login({ body: ada })
    expect((await docket.listTasks()).items).toEqual([adas])
    expect((await docket.getToken()).expires_in).toBe(1_800)
    await docket.logout()
    await expect(docket.listTasks()).rejects.toMatchObject({ code: 'authorization_missing' })
    const later = createDocket({ baseUrl: service.url, sessionToken: session_token })
    expect((await later.verify()).user.email).toBe(grace.email)
    await later.deleteAccount({ body: { password: grace.password } })
    await expect(later.listTasks()).rejects.toMatchObject({ code: 'authorization_missing' })
  })

  test('a session that ends elsewhere is reported once', async () => {
    let over = 0
    const body = credentials()
    const docket = createDocket({ baseUrl: service.url, onSessionOver: () => void over++ })
    await docket.signup({ body })
    await docket.listTasks()
    const elsewhere = createDocket({ baseUrl: service.url })
    await elsewhere.login({ body })
    await elsewhere.revokeOtherSessions()
    await expect(docket.listTasks()).rejects.toMatchObject({ code: 'session_ended' })
    await expect(docket.listTasks()).rejects.toBeInstanceOf(AuthenticationError)
    expect(over).toBe(1)
    const dead = createDocket({
      baseUrl: service.url,
      sessionToken: 'of-another-time',
      onSessionOver: () => void over++,
    })
    await expect(dead.listTasks()).rejects.toMatchObject({
      name: 'AuthenticationError',
      code: 'session_ended',
    })
    expect(over).toBe(2)
    const { session_token: sessionToken } = await createDocket({ baseUrl: service.url }).login({
      body,
    })
    await createDocket({ baseUrl: service.url, sessionToken }).logout()
    const ended = createDocket({ baseUrl: service.url, sessionToken })
    await expect(ended.listTasks()).rejects.toMatchObject({
      name: 'AuthenticationError',
      code: 'session_ended',
    })
    // No session was there, so none is over.
    const visitor = createDocket({ baseUrl: service.url, onSessionOver: () => void over++ })
    await expect(visitor.listTasks()).rejects.toBeInstanceOf(AuthenticationError)
    expect(over).toBe(2)
  })

  test('a call stays in its session, also when another user signs in meanwhile', async () => {
    const [ada, grace] = [credentials(), credentials()]
    const held = new Map<string, () => void>()
    const fetch = async (request: Request) => {
      const name = /verify|logout/.exec(request.url)?.[0]
      if (name !== undefined && !held.has(name))
        await new Promise<void>((resolve) => held.set(name, resolve))
      return globalThis.fetch(request)
    }
    const docket = createDocket({ baseUrl: service.url, fetch })
    await docket.signup({ body: ada })
    const [verified, left] = [docket.verify(), docket.result.logout()]
    while (held.size < 2) await new Promise(setImmediate)
    await docket.signup({ body: grace })
    held.get('verify')?.()
    expect((await verified).user.email).toBe(ada.email)
    held.get('logout')?.()
    expect((await left).error).toBeUndefined()
    expect((await docket.verify()).user.email).toBe(grace.email)
  })

  test('holds for the look at what a write collided with, too', async () => {
    const held: (() => void)[] = []
    const fetch = async (request: Request) => {
      if (
        request.method === 'PATCH' &&
        request.url.includes('/tasks/') &&
        request.headers.has('if-match')
      )
        await new Promise<void>((resolve) => held.push(resolve))
      return globalThis.fetch(request)
    }
    const ada = credentials()
    const elsewhere = createDocket({ baseUrl: service.url })
    await elsewhere.signup({ body: ada })
    const read = await elsewhere.createTask({ body: { title: 'as read' } })
    const current = await elsewhere.updateTask({ task: read, body: { title: 'as it is' } })
    const docket = createDocket({ baseUrl: service.url, fetch })
    await docket.login({ body: ada })
    const update = docket.updateTask({ task: read, body: { title: 'too late' } })
    while (held.length === 0) await new Promise(setImmediate)
    await docket.signup({ body: credentials() })
    held[0]?.()
    await expect(update).rejects.toMatchObject({ code: 'version_stale', current })
  })

  test('does not change where tokens were given', async () => {
    const ada = await newPerson(service.url)
    const docket = createDocket({
      baseUrl: service.url,
      tokens: sessionTokens({ baseUrl: service.url, sessionToken: ada.sessionToken }),
    })
    await docket.signup({ body: credentials() })
    expect((await docket.verify()).user.email).toBe(ada.email)
  })

  test('is known under an address with a path and a slash at its end, too', async () => {
    const strip = (request: Request) =>
      globalThis.fetch(new Request(request.url.replace('/below', ''), request))
    const docket = createDocket({ baseUrl: `${service.url}/below/`, fetch: strip })
    const body = credentials()
    await docket.signup({ body })
    expect((await docket.verify()).user.email).toBe(body.email)
  })

  test('a token of no known form is sent as it is, for the server to refuse', async () => {
    const tokens = { get: async () => 'opaque', renew: async () => undefined }
    await expect(createDocket({ baseUrl: service.url, tokens }).listTasks()).rejects.toBeInstanceOf(
      AuthenticationError,
    )
  })
})

describe('what is refused', () => {
  test('is thrown as an error of its family, with problem, code and pointers', async () => {
    const ada = await newPerson(service.url)
    const docket = clientOf(ada)
    const error = await docket.createTask({ body: { title: '' } }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(InvalidRequestError)
    const { code, errors, status, requestId, problem, message } = error as InvalidRequestError
    expect([code, status, errors[0]?.pointer, requestId]).toEqual([
      'invalid_body',
      422,
      '/title',
      problem.request_id,
    ])
    expect(message.startsWith(`${problem.detail} (title: ${errors[0]?.detail}`)).toBe(true)
    expect([
      Object.keys(error as object).includes('response'),
      (error as InvalidRequestError).response.status,
    ]).toEqual([false, 422])
    expect(isProblem(error, 'invalid_body')).toBe(true)
    expect(isProblem(error, 'task_not_found', 'version_stale')).toBe(false)
    await expect(docket.getTask({ task: crypto.randomUUID() })).rejects.toBeInstanceOf(
      NotFoundError,
    )
    await expect(createDocket({ baseUrl: service.url }).listTasks()).rejects.toMatchObject({
      code: 'authorization_missing',
    })
  })

  test('is `error` in the other style, which throws nothing', async () => {
    const docket = clientOf(await newPerson(service.url))
    const { data, error, response } = await docket.result.createTask({ body: { title: '' } })
    expect([data, error instanceof ProblemError, response?.status]).toEqual([undefined, true, 422])
    const good = await docket.result.createTask({ body: { title: 'x' } })
    expect([good.error, good.data?.title, good.response?.status]).toEqual([undefined, 'x', 201])
    const nowhere = createDocket({ baseUrl: 'http://127.0.0.1:9', retries: 0 })
    expect((await nowhere.result.getLiveness()).error).toBeInstanceOf(NoResponseError)
    const tokens = sessionTokens({ baseUrl: 'http://127.0.0.1:9', sessionToken: 'x' })
    expect(
      (await createDocket({ baseUrl: service.url, tokens }).result.listTasks()).error,
    ).toBeInstanceOf(NoResponseError)
  })

  test('optional members may be given as undefined, and are not sent', async () => {
    const docket = clientOf(await newPerson(service.url))
    const task = await docket.createTask({
      body: { title: 'Pay the rent', description: undefined, labels: undefined },
    })
    const { items } = await docket.listTasks({ q: undefined, label: undefined, limit: undefined })
    expect(items).toEqual([task])
  })

  test('no response: the error names operation and address, with its cause', async () => {
    const nowhere = createDocket({ baseUrl: 'http://127.0.0.1:9', retries: 0 })
    const error = (await nowhere.result.getLiveness()).error as NoResponseError
    expect(error.message).toMatch(
      /^getLiveness at http:\/\/127\.0\.0\.1:9: no response \(fetch failed: .+\)$/,
    )
    expect(error.cause).toBeInstanceOf(TypeError)
    const late = createDocket({ baseUrl: 'http://127.0.0.1:9', timeout: 300 })
    expect((await late.result.getLiveness()).error?.cause).toBeInstanceOf(Error)
  })

  test('a response that the contract does not describe is no response', async () => {
    const docket = (body: string, status: number, type?: string) =>
      createDocket({
        baseUrl: service.url,
        retries: 0,
        sessionToken: 'of.ada',
        fetch: async () =>
          new Response(status === 204 ? null : body, {
            status,
            ...(type ? { headers: { 'content-type': type } } : {}),
          }),
      })
    const json = 'application/json'
    const own = JSON.stringify({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'Who are you?',
      code: 'who_are_you',
    })
    const foreign: [string, number, string?][] = [
      ['<h1>Blocked</h1>', 403, 'text/html'],
      ['<h1>Sign in to the hotel</h1>', 401, 'text/html'],
      ['<h1>Sign in to the hotel</h1>', 200, 'text/html'],
      ['{"status":"ok"}', 200, 'text/html'],
      ['{"status":"ok"}', 200],
      ['{"status":"ok"}', 202, json],
      ['{}', 200, json],
      ['[]', 200, json],
      ['"ok"', 200, json],
      ['{"status":"o', 200, json],
      ['', 200, json],
      ['', 204],
      [own, 401, 'application/problem+json'],
      [own, 403, json],
    ]
    for (const [body, status, type] of foreign) {
      const { error } = await docket(body, status, type).result.getLiveness()
      expect([body, status, error?.name, (error?.cause as Error | undefined)?.name]).toEqual([
        body,
        status,
        'NoResponseError',
        'ForeignResponse',
      ])
      // No 401 of a proxy ends a session.
      expect(
        (await docket(body, status, type).result.deleteTask({ task: crypto.randomUUID() })).error,
      ).toBeInstanceOf(NoResponseError)
    }
  })

  test('a write over a newer version is a conflict; by id alone it overwrites', async () => {
    const docket = clientOf(await newPerson(service.url))
    const read = await docket.createTask({ body: { title: 'as read' } })
    const current = await docket.updateTask({ task: read, body: { title: 'as it is' } })
    const error = await docket
      .updateTask({ task: read, body: { title: 'too late' } })
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ConflictError)
    expect(error).toMatchObject({ code: 'version_stale', read, current })
    await expect(docket.deleteTask({ task: read })).rejects.toBeInstanceOf(ConflictError)
    expect(
      (await docket.updateTask({ task: read.id, body: { title: 'all the same' } })).title,
    ).toBe('all the same')
  })
})
