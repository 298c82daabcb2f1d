import { describe, expect, test } from 'vitest'
import { newPerson, send } from '../testing/person.ts'
import { isProblem } from '../testing/problem.ts'
import { startService } from '../testing/service.ts'

describe('limits', () => {
  const limits = { RATE_LIMIT: 'on', RATE_LIMIT_USER: '5', RATE_LIMIT_ADDRESS: '20', RATE_LIMIT_SIGN_IN_ADDRESS: '8', RATE_LIMIT_SIGN_IN_ACCOUNT: '3' }
  const statuses = async (count: number, request: () => Promise<{ status: number }>) => {
    const seen = []
    for (let index = 0; index < count; index += 1) seen.push((await request()).status)
    return seen
  }

  test('429 by user: told beforehand, refused with Retry-After, and others are served on (rule 26)', async () => {
    const { url } = await startService({ environment: limits })
    const [bob, eve] = [await newPerson(url, 'bob'), await newPerson(url, 'eve')]
    const first = await bob.send(bob.tasks)
    expect(first.headers.get('ratelimit')).toMatch(/^"user"; r=4; t=\d+$/)
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"user"; q=5; w=60; pk=:[A-Za-z0-9+/=]+:$/)
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

  test('429 by account for those who guess one password from many addresses, and by address for those who guess many', async () => {
    const { url } = await startService({ environment: { ...limits, TRUST_PROXY: '1' } })
    let address = 0
    const logIn = (email: string, from: string) =>
      send(`${url}/api/auth/login`, { method: 'POST', json: { email, password: 'wrong horse' }, headers: { 'x-forwarded-for': from } })
    expect(await statuses(4, () => logIn('Ada@Example.org', `10.0.0.${++address}`))).toEqual([401, 401, 401, 429])
    expect((await statuses(9, () => logIn(`${++address}@example.org`, '10.9.9.9'))).at(-1)).toBe(429)
  })

  test('429 for those who look for paths and methods that are not there', async () => {
    const { url } = await startService({ environment: limits })
    const seek = (index: number) => send(`${url}/api/${index % 2 ? 'auth/sign-out' : `x${index}`}`, { method: 'PUT' })
    const first = await seek(0)
    expect([first.status, first.headers.get('ratelimit')]).toEqual([404, expect.stringContaining('"address"; r=19')])
    let index = 0
    const seen = await statuses(20, () => seek(++index))
    expect([new Set(seen.slice(0, 19)), seen.at(-1)]).toEqual([new Set([404, 405]), 429])
  })

  test('an address in X-Forwarded-For counts only behind a proxy that was configured', async () => {
    const { url } = await startService({ environment: limits })
    let address = 0
    expect((await statuses(21, () => send(`${url}/api/auth/get-session`, { headers: { 'x-forwarded-for': `10.0.0.${++address}` } }))).at(-1)).toBe(429)
  })

  test('probes are never limited', async () => {
    const { url } = await startService({ environment: limits })
    expect(new Set(await statuses(30, () => send(`${url}/livez`)))).toEqual(new Set([200]))
  })
})
