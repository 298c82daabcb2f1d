import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { newPerson, type Person, send } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'

type Schemas = components['schemas']

const PASSWORD = 'correct horse battery'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const sessions = async (person: Person) =>
  (await person.send<Schemas['SessionList']>(`/api/${person.id}/sessions`)).body.items

describe('races', () => {
  const login = (person: Person, password = PASSWORD, path = 'login') =>
    send<Schemas['SessionGrant']>(`${service.url}/api/auth/${path}`, {
      method: 'POST',
      json: { email: person.email, password },
    })

  test('a sign-in with the old password during its change leaves no session', async () => {
    for (let round = 0; round < 6; round += 1) {
      const ada = await newPerson(service.url)
      let isOver = false
      const tokens: string[] = []
      const loop = async (path: string) => {
        while (!isOver) {
          const { status, headers, body } = await login(ada, PASSWORD, path)
          // 503 where one has waited too long for its turn to hash.
          expect([200, 401, 503]).toContain(status)
          const cookie = /session_token=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1]
          if (status === 200) tokens.push(cookie ? decodeURIComponent(cookie) : body.session_token)
        }
      }
      const loops = Promise.all([loop('login'), loop('login'), loop('sign-in/email')])
      while (tokens.length < 3) await new Promise(setImmediate)
      const { status } = await ada.send(`/api/${ada.id}/password`, {
        method: 'POST',
        json: { current_password: PASSWORD, new_password: 'new password number one' },
      })
      isOver = true
      await loops
      expect(status).toBe(204)
      const alive = await Promise.all(
        tokens.map((token) =>
          send(`${service.url}/api/auth/token`, { headers: { authorization: `Bearer ${token}` } }),
        ),
      )
      expect(new Set(alive.map((each) => each.status))).toEqual(new Set([401]))
      expect(await sessions(ada)).toHaveLength(1)
    }
  })

  test('a sign-in whose session ends at once: never a 500', async () => {
    const ada = await newPerson(service.url)
    let isOver = false
    const ending = (async () => {
      while (!isOver) await ada.send(`/api/${ada.id}/sessions`, { method: 'DELETE' })
    })()
    const responses = await Promise.all(Array.from({ length: 30 }, () => login(ada)))
    isOver = true
    await ending
    // 503 where one has waited too long for its turn to hash.
    for (const { status } of responses) expect([200, 401, 503]).toContain(status)
  })

  test('401: a sign-in while the account is deleted: never a 500', async () => {
    for (let round = 0; round < 6; round += 1) {
      const ada = await newPerson(service.url)
      const [deleted, ...logins] = await Promise.all([
        ada.send(`/api/${ada.id}/account-deletion`, {
          method: 'POST',
          json: { password: PASSWORD },
        }),
        login(ada),
        login(ada, PASSWORD, 'sign-in/email'),
        login(ada),
      ])
      expect(deleted?.status).toBe(204)
      for (const { status } of logins) expect([200, 401]).toContain(status)
      expect((await login(ada)).status).toBe(401)
    }
  })

  test('204: an account deleted while eight clients write is gone at once', async () => {
    for (let round = 0; round < 4; round += 1) {
      const ada = await newPerson(service.url)
      const task = await ada.addTask()
      const path = `${ada.tasks}/${task.id}`
      const create = { method: 'POST', json: { title: 'w' } }
      const kinds: [string, RequestInit & { json?: unknown }][] = [
        [ada.tasks, create],
        [path, { method: 'PATCH', json: { title: 'p' } }],
        [`${path}/move`, { method: 'POST', json: { to: 'top' } }],
        [
          `/api/${ada.id}/operations`,
          {
            method: 'POST',
            json: { operations: [{ action: 'create_task', value: { title: 'b' } }] },
          },
        ],
      ]
      let writes = 0
      const loop = async ([where, init]: (typeof kinds)[0], isKeyed: boolean) => {
        for (let count = 0; ; count += 1) {
          const headers: Record<string, string> = isKeyed
            ? { 'idempotency-key': `${where} ${count}` }
            : {}
          const { status } = await ada.send(where, { ...init, headers })
          writes += 1
          if (status >= 300) return status
        }
      }
      const loops = Promise.all([
        ...kinds.map((kind) => loop(kind, false)),
        ...kinds.map((kind) => loop(kind, true)),
      ])
      while (writes < 40) await new Promise(setImmediate)
      const deletions = await Promise.all(
        [0, 1, 2].map(() =>
          ada.send(`/api/${ada.id}/account-deletion`, {
            method: 'POST',
            json: { password: PASSWORD },
          }),
        ),
      )
      expect(deletions.map(({ status }) => status).sort()).toEqual([204, 401, 401])
      expect(await loops).toEqual(Array(8).fill(401))
    }
  })
})
