import { describe, expect, test } from 'vitest'
import type { Handlers } from '../../contract/handlers.ts'
import { newPerson, type Person, send } from '../../testing/person.ts'
import { isProblem } from '../../testing/problem.ts'
import { startService } from '../../testing/service.ts'

/** Holds every call of some operations until it is let go, and tells how many are held. */
function held(...operations: (keyof Handlers)[]) {
  const waiting: { user: string; release: () => void }[] = []
  const replace = (handlers: Handlers): Handlers => {
    const replaced = operations.map((name) => {
      const handler = handlers[name] as (
        request: unknown,
        caller?: { userId: string },
      ) => Promise<unknown>
      const slow = async (request: unknown, caller?: { userId: string }) => {
        await new Promise<void>((release) =>
          waiting.push({ user: caller?.userId ?? 'signed out', release }),
        )
        return handler(request, caller)
      }
      return [name, slow]
    })
    return { ...handlers, ...Object.fromEntries(replaced) }
  }
  return {
    replace,
    users: () => waiting.map(({ user }) => user),
    releaseAll: () => {
      for (const { release } of waiting.splice(0)) release()
    },
  }
}

/** Until what was sent before has reached the gate: so many requests were answered since. */
async function passed(url: string): Promise<void> {
  for (let count = 0; count < 50; count += 1) await send(`${url}/livez`)
}

const search = (person: Person) => person.send(`${person.tasks}?q=rent`)
const importOne = (person: Person, signal: AbortSignal | null = null) =>
  person.send(`/api/${person.id}/task-import`, {
    method: 'POST',
    json: { items: [{ title: 'x' }] },
    signal,
  })
const tryPassword = (person: Person) =>
  person.send(`/api/${person.id}/password`, {
    method: 'POST',
    json: { current_password: 'wrong horse', new_password: 'another good horse' },
  })

/** Releases what is held, again and again, until all are answered. */
async function released<T>(
  handlers: { releaseAll(): void },
  responses: Promise<T>[],
): Promise<T[]> {
  let isOver = false
  const all = Promise.all(responses).finally(() => {
    isOver = true
  })
  while (!isOver) {
    handlers.releaseAll()
    await new Promise(setImmediate)
  }
  return all
}

describe('requests of a class that are under way at once (x-concurrency)', () => {
  test("one search of a user runs, others of theirs wait, other users' do not", async () => {
    const handlers = held('listTasks')
    const { url } = await startService({ replace: handlers.replace })
    const [ada, bob] = [await newPerson(url, 'ada'), await newPerson(url, 'bob')]
    const searches = Array.from({ length: 5 }, () => search(ada))
    await expect.poll(handlers.users).toEqual([ada.id])
    const others = search(bob)
    await expect.poll(handlers.users).toEqual([ada.id, bob.id])
    // A list without a search is of another class, and a filter beside it does not hide it.
    const plain = ada.send(ada.tasks)
    const filtered = ada.send(`${ada.tasks}?priority=high&q=-1e999`)
    await passed(url)
    await expect.poll(handlers.users).toHaveLength(3)
    for (const { status } of await released(handlers, [...searches, others, plain, filtered]))
      expect(status).toBe(200)
  })

  test('a filter or a long page is limited like a search, however written', async () => {
    const handlers = held('listTasks')
    const { url } = await startService({ replace: handlers.replace })
    const ada = await newPerson(url)
    const FILTERS = [
      'priority=high',
      'label=x',
      'due=none',
      'due_before=2026-12-01',
      'due_after=2026-12-01',
      'trashed=true&completed=true',
    ]
    // More than a page has by default; two of one user are under way, too.
    const PAGES = ['limit=51', 'limit=%32%30%30']
    const TIMES = [
      'created%5Fafter=2026-11-21T09:30:00Z',
      `${'&'.repeat(1_500)}updated_after=2026-11-21T09:30:00Z`,
    ]
    for (const query of [...FILTERS, ...TIMES, ...PAGES]) {
      const searches = Array.from({ length: 3 }, () => ada.send(`${ada.tasks}?${query}`))
      await expect.poll(handlers.users).toHaveLength(2)
      const plain = ada.send(`${ada.tasks}?completed=true&sort=title&limit=10`)
      await expect.poll(handlers.users).toHaveLength(3)
      for (const { status } of await released(handlers, [...searches, plain]))
        expect(status).toBe(200)
    }
  })

  test('503 with Retry-After for one that has waited three seconds', async () => {
    const handlers = held('importTasks')
    const { url } = await startService({ replace: handlers.replace })
    const ada = await newPerson(url)
    const first = importOne(ada)
    await expect.poll(handlers.users).toEqual([ada.id])
    const second = await importOne(ada)
    isProblem(second, 'service_unavailable')
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0)
    handlers.releaseAll()
    expect((await first).status).toBe(200)
  })

  test('users take turns: one with many requests holds up no other', async () => {
    const handlers = held('changePassword')
    const { url } = await startService({ replace: handlers.replace })
    const [ada, bob] = [await newPerson(url, 'ada'), await newPerson(url, 'bob')]
    const responses = Array.from({ length: 6 }, () => tryPassword(ada))
    await expect.poll(handlers.users).toEqual([ada.id, ada.id])
    await passed(url)
    responses.push(tryPassword(bob))
    await passed(url)
    handlers.releaseAll()
    await expect.poll(handlers.users).toHaveLength(2)
    expect(handlers.users()).toContain(bob.id)
    await released(handlers, responses)
  })

  test('a device that has signed in before does not wait for strangers who guess', async () => {
    const handlers = held('login')
    const { url } = await startService({
      environment: { TRUST_PROXY: '1' },
      replace: handlers.replace,
    })
    const bob = { email: 'bob@example.org', password: 'correct horse battery' }
    const { device_token } = (
      await send<{ device_token: string }>(`${url}/api/auth/signup`, { method: 'POST', json: bob })
    ).body
    const logIn = (json: object, from: number) =>
      send(`${url}/api/auth/login`, {
        method: 'POST',
        headers: { 'x-forwarded-for': `10.0.0.${from}` },
        json,
      })
    const guesses = Array.from({ length: 8 }, (_, index) =>
      logIn({ ...bob, password: 'wrong horse' }, index),
    )
    await expect.poll(handlers.users).toHaveLength(2)
    await passed(url)
    const known = logIn({ ...bob, device_token }, 100)
    await expect.poll(handlers.users).toHaveLength(3)
    const [first, ...others] = await released(handlers, [known, ...guesses])
    expect([first?.status, new Set(others.map(({ status }) => status))]).toEqual([
      200,
      new Set([401]),
    ])
  })

  test('503 at once for what comes when too many wait', async () => {
    const handlers = held('changePassword')
    const { url } = await startService({ replace: handlers.replace })
    const ada = await newPerson(url)
    const statuses: number[] = []
    const responses = Array.from({ length: 2 + 50 + 7 }, async () => {
      const response = await tryPassword(ada)
      statuses.push(response.status)
      return response
    })
    await expect.poll(() => statuses).toEqual(Array(7).fill(503))
    expect(handlers.users()).toHaveLength(2)
    await released(handlers, responses)
  })

  test('a place is taken until the work is over, not until its client has gone', async () => {
    const handlers = held('importTasks')
    const { url } = await startService({ replace: handlers.replace })
    const ada = await newPerson(url)
    const leaving = new AbortController()
    const gone = importOne(ada, leaving.signal).catch(() => 'gone')
    await expect.poll(handlers.users).toHaveLength(1)
    leaving.abort()
    expect(await gone).toBe('gone')
    const second = importOne(ada)
    await passed(url)
    expect(handlers.users()).toHaveLength(1)
    handlers.releaseAll()
    await expect.poll(handlers.users).toHaveLength(1)
    handlers.releaseAll()
    expect((await second).status).toBe(200)
  })

  test('a request whose client has gone gives its place to the next', async () => {
    const handlers = held('importTasks')
    const { url } = await startService({ replace: handlers.replace })
    const ada = await newPerson(url)
    const first = importOne(ada)
    await expect.poll(handlers.users).toHaveLength(1)
    const leaving = new AbortController()
    const gone = ada
      .send(`/api/${ada.id}/task-import`, {
        method: 'POST',
        json: { items: [{ title: 'never' }] },
        signal: leaving.signal,
      })
      .catch(() => 'gone')
    await passed(url)
    leaving.abort()
    expect(await gone).toBe('gone')
    const third = importOne(ada)
    await passed(url)
    handlers.releaseAll()
    await first
    await expect.poll(handlers.users).toHaveLength(1)
    handlers.releaseAll()
    expect((await third).status).toBe(200)
    const { body } = await ada.send<{ items: { title: string }[] }>(ada.tasks)
    expect(body.items.map(({ title }) => title)).not.toContain('never')
  })
})
