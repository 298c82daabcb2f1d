import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newPerson, type Person } from '../server/testing/person.ts'
import { startService, type TestService } from '../server/testing/service.ts'
import { createClient, sessionTokens } from './index.ts'

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

/** A real fetch that counts what went where. */
function counting() {
  const seen: string[] = []
  return {
    seen,
    fetch: (request: Request) => {
      seen.push(
        `${request.method} ${new URL(request.url).pathname.replace(/[0-9a-f-]{36}/g, '{id}')}`,
      )
      return fetch(request)
    },
  }
}

describe('createClient', () => {
  test('filters with several values and idempotency keys are typed and sent', async () => {
    const docket = createClient({
      baseUrl: service.url,
      tokens: sessionTokens({ baseUrl: service.url, sessionToken: ada.sessionToken }),
    })
    const path = { user_id: ada.id }
    const header = { 'Idempotency-Key': crypto.randomUUID() }
    const create = () =>
      docket.POST('/api/{user_id}/tasks', {
        params: { path, header },
        body: { title: 'Typed', labels: ['a & b', 'é,c'], priority: 'high' },
      })
    const [first, second] = [await create(), await create()]
    expect(second.data?.id).toBe(first.data?.id)
    const { data } = await docket.GET('/api/{user_id}/tasks', {
      params: {
        path,
        query: {
          label: ['a & b', 'é,c'],
          label_match: 'all',
          priority: ['high', 'low'],
          sort: '-priority',
        },
      },
    })
    expect(data?.items.map(({ id }) => id)).toEqual([first.data?.id])
  })

  test('a problem arrives as `error`, typed, with its code', async () => {
    const docket = createClient({
      baseUrl: service.url,
      tokens: sessionTokens({ baseUrl: service.url, sessionToken: ada.sessionToken }),
    })
    const { data, error, response } = await docket.POST('/api/{user_id}/tasks', {
      params: { path: { user_id: ada.id } },
      body: { title: '' },
    })
    expect([data, response.status, error?.code, error?.errors?.[0]?.pointer]).toEqual([
      undefined,
      422,
      'invalid_body',
      '/title',
    ])
  })

  test('a refused token is renewed and the request repeated once, with its body', async () => {
    const { seen, fetch } = counting()
    const real = sessionTokens({ baseUrl: service.url, sessionToken: ada.sessionToken, fetch })
    const docket = createClient({
      baseUrl: service.url,
      fetch,
      tokens: { get: async () => 'stale.access.token', renew: real.renew },
    })
    const { data } = await docket.POST('/api/{user_id}/tasks', {
      params: { path: { user_id: ada.id } },
      body: { title: 'Sent twice' },
    })
    expect(data?.title).toBe('Sent twice')
    expect(seen).toEqual(['POST /api/{id}/tasks', 'GET /api/auth/token', 'POST /api/{id}/tasks'])
  })

  test('a session that is over answers its 401, without trying again and again', async () => {
    const bob = await newPerson(service.url, 'bob')
    const { seen, fetch } = counting()
    const docket = createClient({
      baseUrl: service.url,
      fetch,
      tokens: sessionTokens({ baseUrl: service.url, sessionToken: bob.sessionToken, fetch }),
    })
    const list = () => docket.GET('/api/{user_id}/tasks', { params: { path: { user_id: bob.id } } })
    expect((await list()).response.status).toBe(200)
    await bob.send('/api/auth/logout', { method: 'POST' })
    const { error } = await list()
    expect(error?.code).toBe('session_ended')
    expect(seen.slice(2)).toEqual(['GET /api/{id}/tasks', 'GET /api/auth/token'])
  })
})

describe('sessionTokens', () => {
  test('fifty requests at once ask the server for one token', async () => {
    const { seen, fetch } = counting()
    const docket = createClient({
      baseUrl: service.url,
      fetch,
      tokens: sessionTokens({ baseUrl: service.url, sessionToken: ada.sessionToken, fetch }),
    })
    const responses = await Promise.all(
      Array.from({ length: 50 }, () =>
        docket.GET('/api/{user_id}/tasks', { params: { path: { user_id: ada.id } } }),
      ),
    )
    expect(new Set(responses.map(({ response }) => response.status))).toEqual(new Set([200]))
    expect(seen.filter((line) => line === 'GET /api/auth/token')).toHaveLength(1)
  })

  test('a server that sends neither a token nor 401 is an error', async () => {
    const tokens = sessionTokens({ baseUrl: `${service.url}/nowhere`, sessionToken: 'x' })
    await expect(tokens.get()).rejects.toMatchObject({ name: 'NotFoundError', code: 'not_found' })
  })
})
