import { describe, expect, test } from 'vitest'
import { newPerson, type Person, send } from '../../testing/person.ts'
import { isProblem } from '../../testing/problem.ts'
import { startService } from '../../testing/service.ts'

describe('limits', () => {
  const limits = {
    RATE_LIMIT: 'on',
    RATE_LIMIT_USER: '5',
    RATE_LIMIT_ADDRESS: '20',
    RATE_LIMIT_SIGN_IN_ADDRESS: '8',
    RATE_LIMIT_SIGN_IN_ACCOUNT: '3',
  }
  const statuses = async (count: number, request: () => Promise<{ status: number }>) => {
    const seen = []
    for (let index = 0; index < count; index += 1) seen.push((await request()).status)
    return seen
  }

  const guesses = (url: string) => (email: string, from: string) =>
    send(`${url}/api/auth/login`, {
      method: 'POST',
      json: { email, password: 'wrong horse' },
      headers: { 'x-forwarded-for': from },
    })

  test('429 by user: told before, with Retry-After; others are served on (rule 26)', async () => {
    const { url } = await startService({ environment: limits })
    const [bob, eve] = [await newPerson(url, 'bob'), await newPerson(url, 'eve')]
    const first = await bob.send(bob.tasks)
    expect(first.headers.get('ratelimit')).toMatch(/^"user"; r=4; t=\d+$/)
    expect(first.headers.get('ratelimit-policy')).toMatch(
      /^"user"; q=5; w=60; pk=:[A-Za-z0-9+/=]+:$/,
    )
    expect(await statuses(5, () => bob.send(bob.tasks))).toEqual([200, 200, 200, 200, 429])
    const refused = await bob.send(bob.tasks)
    isProblem(refused, 'rate_limited')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await eve.send(eve.tasks)).status).toBe(200)
  })

  test('429 by address for those who guess tokens, and not for those who hold one', async () => {
    const { url } = await startService({ environment: limits })
    const bob = await newPerson(url, 'bob')
    const guess = () => send(`${url}${bob.tasks}`, { headers: { authorization: 'Bearer a.b.c' } })
    expect((await statuses(20, guess)).filter((status) => status === 429)).toHaveLength(1)
    expect((await bob.send(bob.tasks)).status).toBe(200)
  })

  test('429 by account and network for guesses of one password, by network for many', async () => {
    const { url } = await startService({ environment: { ...limits, TRUST_PROXY: '1' } })
    const guess = guesses(url)
    expect(await statuses(4, () => guess('Ada@Example.org', '10.0.0.1'))).toEqual([
      401, 401, 401, 429,
    ])
    expect((await guess('ada@example.org', '10.0.0.2')).status).toBe(401)
    let name = 0
    expect((await statuses(9, () => guess(`${++name}@example.org`, '10.9.9.9'))).at(-1)).toBe(429)
  })

  test('429 by /48 for those who have many networks of one site', async () => {
    const { url } = await startService({
      environment: { ...limits, TRUST_PROXY: '1', RATE_LIMIT_SIGN_IN_SITE: '5' },
    })
    let network = 0
    const guess = () =>
      guesses(url)(`${network}@example.org`, `2001:db8:7:${(++network).toString(16)}::1`)
    expect(await statuses(6, guess)).toEqual([401, 401, 401, 401, 401, 429])
    expect((await guesses(url)('ada@example.org', '2001:db8:8::1')).status).toBe(401)
  })

  test('strangers who guess do not lock the owner out of a device that has signed in', async () => {
    const environment = {
      ...limits,
      TRUST_PROXY: '1',
      RATE_LIMIT_SIGN_IN_GUESSES: '6',
      RATE_LIMIT_SIGN_IN_GUESS_SECONDS: '10',
    }
    const { url } = await startService({ environment })
    const bob = await newPerson(url, 'bob')
    const signIn = (from: string, cookie = '') =>
      send(`${url}/api/auth/sign-in/email`, {
        method: 'POST',
        json: { email: bob.email, password: bob.password },
        headers: { 'x-forwarded-for': from, ...(cookie ? { cookie } : {}) },
      })
    const first = await signIn('10.1.0.1')
    const [device = ''] = /docket\.device-[^;]+/.exec(first.headers.get('set-cookie') ?? '') ?? []
    let network = 0
    const attack = () => statuses(20, () => guesses(url)(bob.email, `10.2.0.${++network}`))
    expect(await attack()).toEqual([...Array(6).fill(401), ...Array(14).fill(429)])

    expect((await signIn('10.1.0.1', device)).status).toBe(200)
    expect((await signIn('10.1.0.2', device)).status).toBe(200)
    // A cookie of another account, or one that is made up, opens nothing.
    for (const cookie of [
      device.replace(/=.*/, '=x.y'),
      device.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ])
      expect((await signIn('10.1.0.3', cookie)).status).toBe(429)
    // From a new device, once the attack is over and the time that Retry-After says.
    const locked = await signIn('10.1.0.4')
    expect([locked.status, Number(locked.headers.get('retry-after')) <= 10]).toEqual([429, true])
    await expect
      .poll(async () => (await signIn(`10.1.1.${++network}`)).status, {
        interval: 300,
        timeout: 20_000,
      })
      .toBe(200)
  })

  test('who knows the password is never counted as one who guesses', async () => {
    const { url } = await startService({
      environment: { ...limits, TRUST_PROXY: '1', RATE_LIMIT_SIGN_IN_GUESSES: '2' },
    })
    const bob = await newPerson(url, 'bob')
    let network = 0
    const logIn = () =>
      send(`${url}/api/auth/login`, {
        method: 'POST',
        json: { email: bob.email, password: bob.password },
        headers: { 'x-forwarded-for': `10.3.0.${++network}` },
      })
    expect(await statuses(5, logIn)).toEqual(Array(5).fill(200))
  })

  test('429 by network, for all its users together', async () => {
    const { url } = await startService({
      environment: { ...limits, TRUST_PROXY: '1', RATE_LIMIT_NETWORK: '7' },
    })
    const [bob, eve] = [await newPerson(url, 'bob'), await newPerson(url, 'eve')]
    const from = (person: Person, address: string) => () =>
      person.send(person.tasks, { headers: { 'x-forwarded-for': address } })
    expect(await statuses(5, from(bob, '2001:db8:7:1::1'))).toEqual(Array(5).fill(200))
    const seen = await statuses(3, from(eve, '2001:db8:7:2::1'))
    expect(seen).toEqual([200, 200, 429])
    const elsewhere = await from(eve, '2001:db8:8::1')()
    expect([elsewhere.status, elsewhere.headers.get('ratelimit')]).toEqual([
      200,
      expect.not.stringContaining('network'),
    ])
  })

  test('429 by /48 for those without a token who have many networks of one site', async () => {
    const { url } = await startService({
      environment: { ...limits, TRUST_PROXY: '1', RATE_LIMIT_SITE: '5' },
    })
    let network = 0
    const seek = () =>
      send(`${url}/api/auth/get-session`, {
        headers: { 'x-forwarded-for': `2001:db8:7:${(++network).toString(16)}::1` },
      })
    expect(await statuses(6, seek)).toEqual([...Array(5).fill(200), 429])
  })

  test('429: a network that made many accounts in a day; failed ones do not count', async () => {
    const { url } = await startService({
      environment: {
        ...limits,
        RATE_LIMIT_SIGN_IN_ADDRESS: '20',
        RATE_LIMIT_SIGN_IN_ACCOUNT: '9',
        RATE_LIMIT_SIGN_UPS: '2',
      },
    })
    const bob = await newPerson(url, 'bob')
    const again = () =>
      send(`${url}/api/auth/signup`, {
        method: 'POST',
        json: { email: bob.email, password: bob.password },
      })
    expect(await statuses(2, again)).toEqual([409, 409])
    await newPerson(url, 'eve')
    const third = { email: 'third@example.org', password: bob.password }
    for (const [path, json] of [
      ['signup', third],
      ['sign-up/email', { ...third, name: 'Third' }],
    ] as const)
      expect((await send(`${url}/api/auth/${path}`, { method: 'POST', json })).status).toBe(429)
    expect(
      (
        await send(`${url}/api/auth/login`, {
          method: 'POST',
          json: { email: bob.email, password: bob.password },
        })
      ).status,
    ).toBe(200)
  })

  test('a known program signs in while strangers guess, until it guesses itself', async () => {
    const environment = {
      ...limits,
      TRUST_PROXY: '1',
      RATE_LIMIT_SIGN_IN_GUESSES: '4',
      RATE_LIMIT_SIGN_IN_DEVICE: '3',
      RATE_LIMIT_SIGN_IN_ACCOUNT: '10',
    }
    const { url } = await startService({ environment })
    let network = 0
    const logIn = (email: string, password: string, device_token?: string) =>
      send<{ device_token: string }>(`${url}/api/auth/login`, {
        method: 'POST',
        json: { email, password, ...(device_token === undefined ? {} : { device_token }) },
        headers: { 'x-forwarded-for': `10.4.0.${++network}` },
      })
    const [bob, eve] = [await newPerson(url, 'bob'), await newPerson(url, 'eve')]
    const { device_token } = (await logIn(bob.email, bob.password)).body
    const ofEve = (await logIn(eve.email, eve.password)).body.device_token
    expect(await statuses(5, () => logIn(bob.email, 'wrong horse'))).toEqual([
      401, 401, 401, 401, 429,
    ])

    expect(await statuses(5, () => logIn(bob.email, bob.password, device_token))).toEqual(
      Array(5).fill(200),
    )
    for (const token of [
      ofEve,
      device_token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      'x.y',
    ])
      expect((await logIn(bob.email, bob.password, token)).status).toBe(429)
    expect(await statuses(4, () => logIn(bob.email, 'wrong horse', device_token))).toEqual([
      401, 401, 401, 429,
    ])
    expect((await logIn(bob.email, bob.password, device_token)).status).toBe(429)
    expect((await logIn(eve.email, eve.password, ofEve)).status).toBe(200)
  })

  test('429: keyed writes, once the responses kept for a user fill the limit', async () => {
    const { url } = await startService({
      environment: { ...limits, RATE_LIMIT_USER: '100', RATE_LIMIT_KEPT_BYTES: '1500' },
    })
    const [bob, eve] = [await newPerson(url, 'bob'), await newPerson(url, 'eve')]
    let key = 0
    const add = (person: Person, headers: Record<string, string>) =>
      person.send(person.tasks, {
        method: 'POST',
        headers,
        json: { title: 'x', description: 'x'.repeat(600) },
      })
    const keyed = (person: Person) => add(person, { 'idempotency-key': `${++key}` })
    expect(await statuses(2, () => keyed(bob))).toEqual([201, 201])
    const third = await keyed(bob)
    isProblem(third, 'rate_limited')
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(80_000)
    expect([(await add(bob, {})).status, (await keyed(eve)).status]).toEqual([201, 201])
    // Nothing is kept of what takes no key.
    expect((await bob.send(bob.tasks, { headers: { 'idempotency-key': 'x' } })).status).toBe(200)
  })

  test('a deletion is kept whole though its response has no body', async () => {
    const { url } = await startService({
      environment: { ...limits, RATE_LIMIT_USER: '100', RATE_LIMIT_KEPT_BYTES: '20000' },
    })
    const bob = await newPerson(url, 'bob')
    const ids = await Promise.all(Array.from({ length: 3 }, async () => (await bob.addTask()).id))
    const remove = (index: number) =>
      bob.send(`${bob.tasks}/${ids[index]}`, {
        method: 'DELETE',
        headers: { 'idempotency-key': `${index}` },
      })
    expect([(await remove(0)).status, (await remove(1)).status, (await remove(2)).status]).toEqual([
      204, 204, 429,
    ])
  })

  test('the response to a write is kept, and counted, though its client has gone', async () => {
    let began = () => {}
    let release = () => {}
    const isAsked = new Promise<void>((resolve) => {
      began = resolve
    })
    const isGone = new Promise<void>((resolve) => {
      release = resolve
    })
    const { url } = await startService({
      environment: { ...limits, RATE_LIMIT_USER: '1000', RATE_LIMIT_KEPT_BYTES: '500' },
      replace: (handlers) => ({
        ...handlers,
        createTask: async (request, caller) => {
          began()
          await isGone
          return handlers.createTask(request, caller)
        },
      }),
    })
    const bob = await newPerson(url, 'bob')
    const keyed = (key: string, signal: AbortSignal | null = null) =>
      bob.send(bob.tasks, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        json: { title: 'x', description: 'x'.repeat(600) },
        signal,
      })
    const leaving = new AbortController()
    const gone = keyed('a', leaving.signal).catch(() => {})
    await isAsked
    leaving.abort()
    await gone
    release()
    await expect.poll(async () => (await bob.send<{ total: number }>(bob.tasks)).body.total).toBe(1)
    await expect.poll(async () => (await keyed('b')).status).toBe(429)
    expect((await bob.send<{ total: number }>(bob.tasks)).body.total).toBeLessThan(3)
  })

  test('an import costs by its rows; one beyond the whole limit is still done', async () => {
    const { url } = await startService({ environment: { ...limits, RATE_LIMIT_USER: '70' } })
    const load = async (text: string, type = 'text/csv') => {
      const bob = await newPerson(url, 'bob')
      const { status, headers } = await bob.send(`/api/${bob.id}/task-import`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: text,
      })
      return [status, Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])]
    }
    const rows = (count: number, end: string, cell = 'x') =>
      `title${end}${`${cell}${end}`.repeat(count)}`
    for (const end of ['\n', '\r\n', '\r']) expect(await load(rows(51, end))).toEqual([200, 5])
    expect(await load(rows(1, '\n', `"${'a\n'.repeat(90)}b"`))).toEqual([200, 10])
    expect(await load(rows(1_000, '\n'))).toEqual([200, 0])
    // All lists of the body count, in whatever order they stand.
    const items = Array.from({ length: 41 }, () => ({ title: 'x' }))
    const lists = Array.from({ length: 10 }, (_, n) => ({ name: `List ${n}` }))
    for (const body of [{ items }, { lists: [], labels: [], items }])
      expect(await load(JSON.stringify(body), 'application/json')).toEqual([200, 6])
    expect(await load(JSON.stringify({ items, lists }), 'application/json')).toEqual([200, 5])
  })

  test('an operation takes of the limit what it costs (x-cost)', async () => {
    const { url } = await startService({
      environment: { ...limits, RATE_LIMIT_USER: '100', RATE_LIMIT_SIGN_IN_ADDRESS: '20' },
    })
    const bob = await newPerson(url, 'bob')
    const left = async (path: string, init = {}) =>
      Number(/r=(\d+)/.exec((await bob.send(path, init)).headers.get('ratelimit') ?? '')?.[1])
    expect(await left(bob.tasks)).toBe(99)
    expect(await left(`${bob.tasks}?${'&'.repeat(1_500)}q=-1e999`)).toBe(94)
    expect(await left(`/api/${bob.id}/task-counts`)).toBe(89)
    const operations = (count: number) => ({
      operations: Array.from({ length: count }, () => ({
        action: 'create_task',
        value: { title: 'x' },
      })),
    })
    expect(await left(`/api/${bob.id}/operations`, { method: 'POST', json: operations(1) })).toBe(
      88,
    )
    expect(await left(`/api/${bob.id}/operations`, { method: 'POST', json: operations(4) })).toBe(
      84,
    )
    expect(await left(`/api/${bob.id}/task-export.json`)).toBe(64)
    // What is refused for its items costs as much as one without any, and does nothing.
    expect(await left(`/api/${bob.id}/operations`, { method: 'POST', json: operations(70) })).toBe(
      0,
    )
    expect((await bob.send<{ total: number }>(bob.tasks)).body.total).toBe(5)
    const items = Array.from({ length: 21 }, () => ({ title: 'x' }))
    expect(await left(`/api/${bob.id}/task-import`, { method: 'POST', json: { items } })).toBe(0)
    expect((await bob.send(`${bob.tasks}?q=rent`)).status).toBe(429)
  })

  test('429 for those who look for paths and methods that are not there', async () => {
    const { url } = await startService({ environment: limits })
    const seek = (index: number) =>
      send(`${url}/api/${index % 2 ? 'auth/sign-out' : `x${index}`}`, { method: 'PUT' })
    const first = await seek(0)
    expect([first.status, first.headers.get('ratelimit')]).toEqual([
      404,
      expect.stringContaining('"address"; r=19'),
    ])
    let index = 0
    const seen = await statuses(20, () => seek(++index))
    expect([new Set(seen.slice(0, 19)), seen.at(-1)]).toEqual([new Set([404, 405]), 429])
  })

  test('an address in X-Forwarded-For counts only behind a proxy that was configured', async () => {
    const { url } = await startService({ environment: limits })
    let address = 0
    expect(
      (
        await statuses(21, () =>
          send(`${url}/api/auth/get-session`, {
            headers: { 'x-forwarded-for': `10.0.0.${++address}` },
          }),
        )
      ).at(-1),
    ).toBe(429)
  })

  test('probes are never limited', async () => {
    const { url } = await startService({ environment: limits })
    expect(new Set(await statuses(30, () => send(`${url}/livez`)))).toEqual(new Set([200]))
  })
})
