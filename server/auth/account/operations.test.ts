import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { sql } from '../../database/sql.ts'
import { newPerson, type Person, send } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'

type Schemas = components['schemas']
type Problem = Schemas['Problem']

const PASSWORD = 'correct horse battery'
const NOBODYS = '0199c2f0-5a3e-7c41-9d2e-8f1b6a7c0d12'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

/** The same person on another device: another session, with tokens of its own. */
async function onAnotherDevice(person: Person, password = PASSWORD): Promise<Person> {
  const { status, body } = await send<Schemas['SessionGrant']>(`${service.url}/api/auth/login`, {
    method: 'POST',
    json: { email: person.email, password },
    headers: { 'user-agent': 'another device' },
  })
  expect(status).toBe(200)
  return {
    ...person,
    token: body.access_token,
    sessionToken: body.session_token,
    send: (path, init = {}) =>
      send(`${service.url}${path}`, {
        ...init,
        headers: {
          authorization: `Bearer ${body.access_token}`,
          ...Object.fromEntries(new Headers(init.headers)),
        },
      }),
  }
}

const sessions = async (person: Person) =>
  (await person.send<Schemas['SessionList']>(`/api/${person.id}/sessions`)).body.items
const isIn = async (person: Person) => {
  const token = await send(`${service.url}/api/auth/token`, {
    headers: { authorization: `Bearer ${person.sessionToken}` },
  })
  return [(await person.send(person.tasks)).status, token.status]
}
const IN = [200, 200]
const OUT = [401, 401]

describe('sessions', () => {
  test('200: all live sessions of the user, the own marked; no token is shown', async () => {
    const [ada] = [await newPerson(service.url), await newPerson(service.url, 'bob')]
    const phone = await onAnotherDevice(ada)
    const items = await sessions(phone)
    expect(items.map(({ current, user_agent }) => [current, user_agent])).toEqual(
      expect.arrayContaining([
        [true, 'another device'],
        [false, 'node'],
      ]),
    )
    expect(items).toHaveLength(2)
    expect(items[0]).toMatchObject({
      ip_address: expect.stringMatching(/127\.0\.0\.1/),
      created_at: expect.any(String),
    })
    expect(JSON.stringify(items)).not.toContain(ada.sessionToken.split('.')[0])
    await service.database.rows(
      sql.unsafe`update session set "expiresAt" = now()
        where id = ${items.find(({ current }) => !current)?.id ?? ''}::uuid`,
    )
    expect(await sessions(phone)).toHaveLength(1)
  })

  test("204, 404: a revoked session ends at the next request; another user's is 404", async () => {
    const [ada, bob] = [await newPerson(service.url), await newPerson(service.url, 'bob')]
    const [phone, tablet] = [await onAnotherDevice(ada), await onAnotherDevice(ada)]
    const [hers] = (await sessions(phone)).filter(({ current }) => current)
    const revoke = (id: string) =>
      ada.send<Problem>(`/api/${ada.id}/sessions/${id}`, { method: 'DELETE' })
    expect((await revoke(hers?.id ?? '')).status).toBe(204)
    expect([await isIn(phone), await isIn(tablet), await isIn(ada)]).toEqual([OUT, IN, IN])
    for (const id of [hers?.id ?? '', NOBODYS, (await sessions(bob))[0]?.id ?? '']) {
      const { status, body } = await revoke(id)
      expect([status, body.code]).toEqual([404, 'session_not_found'])
    }
    expect(await isIn(bob)).toEqual(IN)
    const [own] = (await sessions(ada)).filter(({ current }) => current)
    expect((await revoke(own?.id ?? '')).status).toBe(204)
    expect(await isIn(ada)).toEqual(OUT)
  })

  test('200: ends and counts all other sessions of the user, and no others', async () => {
    const [ada, bob] = [await newPerson(service.url), await newPerson(service.url, 'bob')]
    const [phone, tablet] = [await onAnotherDevice(ada), await onAnotherDevice(ada)]
    const others = () =>
      ada.send<Schemas['SessionsEnded']>(`/api/${ada.id}/sessions`, { method: 'DELETE' })
    expect([(await others()).body, (await others()).body]).toEqual([{ ended: 2 }, { ended: 0 }])
    expect([await isIn(phone), await isIn(tablet), await isIn(ada), await isIn(bob)]).toEqual([
      OUT,
      OUT,
      IN,
      IN,
    ])
  })
})

describe('changePassword', () => {
  const change = (person: Person, current_password: string, new_password: string) =>
    person.send<Problem>(`/api/${person.id}/password`, {
      method: 'POST',
      json: { current_password, new_password },
    })

  test('204: ends the other sessions; only the new password signs in', async () => {
    const ada = await newPerson(service.url)
    const phone = await onAnotherDevice(ada)
    expect((await change(ada, PASSWORD, 'staple and another horse')).status).toBe(204)
    expect([await isIn(phone), await isIn(ada)]).toEqual([OUT, IN])
    const login = async (password: string) =>
      (
        await send(`${service.url}/api/auth/login`, {
          method: 'POST',
          json: { email: ada.email, password },
        })
      ).status
    expect([await login(PASSWORD), await login('staple and another horse')]).toEqual([401, 200])
  })

  test('422: a wrong password, or a new one too short, changes nothing', async () => {
    const ada = await newPerson(service.url)
    const phone = await onAnotherDevice(ada)
    for (const [current, next, pointer] of [
      ['wrong horse', 'staple and another horse', '/current_password'],
      [PASSWORD, 'short', '/new_password'],
    ] as const) {
      const { status, body } = await change(ada, current, next)
      expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer])
    }
    expect([await isIn(phone), await isIn(ada)]).toEqual([IN, IN])
    await onAnotherDevice(ada)
  })

  test('204, 422: of two changes at once one is done, and its password is the one', async () => {
    const ada = await newPerson(service.url)
    const responses = await Promise.all(
      ['first new password', 'second new password'].map((next) => change(ada, PASSWORD, next)),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([204, 422])
    await onAnotherDevice(
      ada,
      responses[0]?.status === 204 ? 'first new password' : 'second new password',
    )
  })
})

describe('updateProfile', () => {
  test('200: changes the name, which the next token has; an empty patch nothing', async () => {
    const ada = await newPerson(service.url)
    const patch = (json: object) =>
      ada.send<Schemas['User']>(`/api/${ada.id}/profile`, { method: 'PATCH', json })
    const { body } = await patch({})
    expect(body).toMatchObject({ id: ada.id, email: ada.email })
    expect((await patch({ name: '👩 عدا' })).body).toEqual({ ...body, name: '👩 عدا' })
    expect((await patch({})).body.name).toBe('👩 عدا')
    expect((await ada.send<{ user: Schemas['User'] }>('/api/auth/verify')).body.user.name).toBe(
      '👩 عدا',
    )
  })

  test.each([
    ['null', { name: null }],
    ['blank', { name: '' }],
    ['white space', { name: '  ' }],
    ['an e-mail', { email: 'other@example.org' }],
  ])('422: %s is refused', async (_, json) => {
    const ada = await newPerson(service.url)
    expect((await ada.send(`/api/${ada.id}/profile`, { method: 'PATCH', json })).status).toBe(422)
  })
})

describe('deleteAccount', () => {
  const remove = (person: Person, password: string) =>
    person.send<Problem>(`/api/${person.id}/account-deletion`, {
      method: 'POST',
      json: { password },
    })

  /** How many rows of any table have this text anywhere in them. */
  async function rowsWith(text: string): Promise<number> {
    const tables = await service.database.rows<{ name: string }>(
      sql.unsafe`select table_name as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE'`,
    )
    let count = 0
    for (const { name } of tables)
      count += (
        await service.database.rows(
          sql.unsafe`select from ${sql.identifier([name])} each
            where to_jsonb(each)::text like ${`%${text}%`}`,
        )
      ).length
    return count
  }

  test('204: deletes every row of the user, ends every token, touches no other user', async () => {
    const [ada, bob] = [await newPerson(service.url), await newPerson(service.url, 'bob')]
    const phone = await onAnotherDevice(ada)
    for (const person of [ada, bob]) {
      const [task, gone] = [
        await person.addTask({}, { 'idempotency-key': 'kept' }),
        await person.addTask(),
      ]
      await person.send(`${person.tasks}/${gone.id}`, { method: 'DELETE' })
      await person.send(`/api/${person.id}/trash`, { method: 'DELETE' })
      await person.send(`${person.tasks}/${task.id}`, { method: 'DELETE' })
    }
    const his = await rowsWith(bob.id)
    expect([(await rowsWith(ada.id)) > 7, his > 6]).toEqual([true, true])
    expect((await remove(ada, PASSWORD)).status).toBe(204)
    expect([await rowsWith(ada.id), await rowsWith(ada.email), await rowsWith(bob.id)]).toEqual([
      0,
      0,
      his,
    ])
    expect([await isIn(ada), await isIn(phone), await isIn(bob)]).toEqual([OUT, OUT, IN])
    expect((await remove(ada, PASSWORD)).status).toBe(401)
    const again = await send<Schemas['SessionGrant']>(`${service.url}/api/auth/signup`, {
      method: 'POST',
      json: { email: ada.email, password: PASSWORD },
    })
    expect([again.status, again.body.user.id === ada.id]).toEqual([201, false])
  })

  test('422: without the right password nothing goes', async () => {
    const ada = await newPerson(service.url)
    await ada.addTask()
    const { status, body } = await remove(ada, 'wrong horse')
    expect([status, body.errors?.[0]]).toMatchObject([
      422,
      { pointer: '/password', detail: 'Is not the password of this account.' },
    ])
    expect((await ada.send<Schemas['TaskPage']>(ada.tasks)).body.total).toBe(1)
  })

  test('429: guesses at the password are counted by account, with those at sign-in', async () => {
    const limits = { RATE_LIMIT: 'on', RATE_LIMIT_SIGN_IN_ACCOUNT: '3' }
    const limited = await startService({ environment: limits })
    const ada = await newPerson(limited.url)
    const statuses = []
    for (let count = 0; count < 4; count += 1)
      statuses.push((await remove(ada, 'wrong horse')).status)
    expect(statuses).toEqual([422, 422, 422, 429])
    expect((await ada.send(ada.tasks)).status).toBe(200)
  })
})
