import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Fault, startFaultyProxy } from '../server/testing/network/faulty-proxy.ts'
import { newPerson } from '../server/testing/person.ts'
import { startService, type TestService } from '../server/testing/service.ts'
import {
  createDocket,
  type DocketOptions,
  RateLimitError,
  ServerError,
  sessionTokens,
} from './index.ts'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

/** A user whose client reaches the server through a proxy that fails on purpose. */
async function behindFaults(options: Partial<DocketOptions> = {}) {
  const ada = await newPerson(service.url)
  const proxy = await startFaultyProxy(service.url)
  return {
    ada,
    proxy,
    docket: createDocket({
      baseUrl: proxy.url,
      tokens: sessionTokens({ baseUrl: proxy.url, sessionToken: ada.sessionToken }),
      tryTimeout: 1_500,
      ...options,
    }),
  }
}

describe('with a server that fails on purpose', () => {
  const passing: Fault[] = [
    'lost',
    'half',
    'refused',
    'hang',
    { status: 503 },
    { status: 503, retryAfter: 0 },
    { status: 429, retryAfter: 0 },
    { status: 502 },
  ]

  test.each(passing)('a create whose first two tries go wrong (%o) is done once', async (fault) => {
    const { ada, proxy, docket } = await behindFaults()
    proxy.faults.push(fault, fault)
    const task = await docket.createTask({ body: { title: 'once' } })
    expect((await ada.send<{ items: object[] }>(ada.tasks)).body.items).toEqual([task])
    const keys = proxy.seen
      .filter(({ line }) => line === 'POST /api/{id}/tasks')
      .map(({ key }) => key)
    expect([keys.length, new Set(keys).size]).toEqual([3, 1])
  })

  test('no write is lost and none done twice, whatever goes wrong in whatever order', async () => {
    const { ada, proxy, docket } = await behindFaults({ retries: 6 })
    const titles = Array.from({ length: 30 }, (_, index) => `Task ${index}`)
    for (const [index, title] of titles.entries()) {
      proxy.faults.push(
        ...passing.filter((fault) => fault !== 'hang').slice(index % 7, (index % 7) + (index % 4)),
      )
      const task = await docket.createTask({ body: { title } })
      if (index % 2) await docket.updateTask({ task, body: { description: title } })
      proxy.faults.length = 0
    }
    const { items } = (
      await ada.send<{ items: { title: string; description: string | null }[] }>(
        `${ada.tasks}?sort=position&limit=200`,
      )
    ).body
    expect(items.map(({ title, description }) => [title, description])).toEqual(
      titles.map((title, index) => [title, index % 2 ? title : null]),
    )
  })

  test('a server that never responds is given up in time', async () => {
    const { proxy, docket } = await behindFaults({ tryTimeout: 100, timeout: 600 })
    proxy.faults.push(...Array<Fault>(50).fill('hang'))
    await expect(docket.listTasks()).rejects.toMatchObject({
      name: 'NoResponseError',
      isTimeout: true,
    })
  })

  test('the same for the access token: limit and signal do not wait for it', async () => {
    const never = { get: () => new Promise<undefined>(() => {}), renew: async () => undefined }
    const docket = createDocket({
      baseUrl: service.url,
      tokens: never,
      tryTimeout: 100,
      timeout: 400,
    })
    await expect(docket.createTask({ body: { title: 'never' } })).rejects.toMatchObject({
      name: 'NoResponseError',
      isTimeout: true,
    })
    await expect(
      docket.listTasks({}, { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough')
  })

  test('half a file is none either, unless it is read raw', async () => {
    const { ada, proxy, docket } = await behindFaults()
    await docket.createTask({ body: { title: 'Pay the rent' } })
    proxy.faults.push('half')
    expect(await docket.exportTasksCsv()).toContain('Pay the rent')
    proxy.faults.push(...Array<Fault>(50).fill('half'))
    const brief = createDocket({
      baseUrl: proxy.url,
      tokens: sessionTokens({ baseUrl: proxy.url, sessionToken: ada.sessionToken }),
      timeout: 500,
    })
    expect((await brief.result.exportTasks()).error).toMatchObject({ name: 'NoResponseError' })
    proxy.faults.splice(0, 50, 'half')
    await expect((await docket.raw.exportTasksCsv()).text()).rejects.toThrow()
  })

  test('a file is read past the limit of the call, until its signal ends', async () => {
    const first = new TextEncoder().encode('title\r\n')
    let write: ReadableStreamDefaultController<Uint8Array> | undefined
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      write = controller
      controller.enqueue(first)
    }
    const body = () => new ReadableStream<Uint8Array>({ start })
    const fetch = async () =>
      new Response(body(), {
        headers: { 'content-type': 'text/csv', 'content-disposition': 'attachment' },
      })
    const tokens = { get: async () => 'x', renew: async () => 'x' }
    const docket = createDocket({ baseUrl: service.url, tokens, fetch, timeout: 50 })
    const file = await docket.raw.exportTasksCsv()
    await new Promise((resolve) => AbortSignal.timeout(100).addEventListener('abort', resolve))
    write?.close()
    expect(await file.text()).toBe('title\r\n')
    await expect(docket.exportTasksCsv()).rejects.toMatchObject({ isTimeout: true })
    const over = new AbortController()
    const reading = (await docket.raw.exportTasksCsv({}, { signal: over.signal })).text()
    over.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })

  test('the limit of a call includes token, tries and conflict', async () => {
    const { proxy, docket } = await behindFaults({ timeout: 1_000, tryTimeout: 5_000 })
    const task = await docket.createTask({ body: { title: 'as read' } })
    await docket.updateTask({ task, body: { title: 'as it is' } })
    proxy.faults.push('none', 'hang')
    await expect(docket.updateTask({ task, body: { title: 'too late' } })).rejects.toMatchObject({
      isTimeout: true,
    })
  })

  test('a Retry-After is kept, unless it is longer than the call may take', async () => {
    const { proxy, docket } = await behindFaults({ timeout: 5_000 })
    proxy.faults.push({ status: 503, retryAfter: 1 })
    await docket.listTasks()
    const [first, second] = proxy.seen.filter(({ line }) => line.startsWith('GET /api/{id}/tasks'))
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000)
    proxy.faults.push({ status: 429, retryAfter: 30, code: 'rate_limited' })
    await expect(docket.listTasks()).rejects.toBeInstanceOf(RateLimitError)
  })

  test('a server that is away for seconds, as in a restart, costs a call only time', async () => {
    const { ada, proxy, docket } = await behindFaults()
    const back = Date.now() + 6_000
    const held = setInterval(() => {
      if (Date.now() > back) proxy.faults.length = 0
    }, 50)
    onTestFinished(() => clearInterval(held))
    proxy.faults.push(...Array<Fault>(10_000).fill('refused'))
    const task = await docket.createTask({ body: { title: 'once' } })
    expect(Date.now()).toBeGreaterThan(back)
    expect((await ada.send<{ items: object[] }>(ada.tasks)).body.items).toEqual([task])
  })

  test('what cannot be repeated safely is tried once', async () => {
    const { ada, proxy, docket } = await behindFaults()
    proxy.faults.push({ status: 503, code: 'service_unavailable' })
    const body = { email: ada.email, password: ada.password }
    await expect(docket.login({ body })).rejects.toBeInstanceOf(ServerError)
    expect(proxy.seen.map(({ line }) => line)).toEqual(['POST /api/auth/login'])
  })

  test('a signal ends a call at once, also while it waits, and the log has it', async () => {
    const lines: unknown[] = []
    const { proxy, docket } = await behindFaults({ log: (entry) => lines.push(entry) })
    proxy.faults.push({ status: 503, retryAfter: 50 })
    const over = new AbortController()
    const call = docket.listTasks({}, { signal: over.signal })
    while (!proxy.seen.some(({ line }) => line.startsWith('GET /api/{id}/tasks')))
      await new Promise((resolve) => setImmediate(resolve))
    over.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    expect(lines).toEqual([
      {
        operation: 'listTasks',
        status: undefined,
        error: 'Error',
        ms: expect.any(Number),
        requestId: '',
      },
    ])
  })

  test('fifty calls refused with 401 at once renew the token once', async () => {
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
    expect([
      lists.length,
      proxy.seen.filter(({ line }) => line === 'GET /api/auth/token').length,
      over,
    ]).toEqual([50, 1, 0])
    await ada.send('/api/auth/logout', { method: 'POST' })
    await expect(docket.listTasks()).rejects.toMatchObject({ code: 'session_ended' })
    expect(over).toBe(1)
  })
})

test('hooks see every try; the log has no token, title or query', async () => {
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
  const entry = { error: undefined, ms: expect.any(Number), requestId: expect.any(String) }
  expect(lines).toEqual([
    { operation: 'createTask', status: 201, ...entry },
    { ...entry, operation: 'listTasks', status: 400, error: 'invalid_request' },
  ])
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`secret|${ada.token.slice(0, 20)}`))
})
