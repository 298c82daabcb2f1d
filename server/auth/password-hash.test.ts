import { hashPassword, verifyPassword } from 'better-auth/crypto'
import { expect, test } from 'vitest'
import { sql } from '../database/sql.ts'
import { newPerson, send } from '../testing/person.ts'
import { startService } from '../testing/service.ts'
import { DEFAULT_COST, passwordHash } from './password-hash.ts'

const password = 'correct horse battery'

test('at the default cost, hashes are those of Better Auth, both ways', async () => {
  const { hash, verify } = passwordHash(DEFAULT_COST)
  expect(await verify({ hash: await hashPassword(password), password })).toBe(true)
  expect(await verifyPassword({ hash: await hash(password), password })).toBe(true)
  expect(await verify({ hash: await hash(password), password: 'another' })).toBe(false)
})

test('PASSWORD_COST can change: older hashes stay valid', async () => {
  const service = await startService({ environment: { PASSWORD_COST: '5' } })
  const ada = await newPerson(service.url)
  const login = (password: string) =>
    send(`${service.url}/api/auth/login`, { method: 'POST', json: { email: ada.email, password } })
  const store = (hash: string) =>
    service.database.rows(
      sql.unsafe`update account set password = ${hash} where "userId" = ${ada.id}::uuid`,
    )
  for (const cost of [4, 5, 7]) {
    await store(await passwordHash(cost).hash(ada.password))
    expect((await login(ada.password)).status).toBe(200)
    expect((await login('something else')).status).toBe(401)
  }
  const json = { current_password: ada.password, new_password: 'a new one of mine' }
  await ada.send(`/api/${ada.id}/password`, { method: 'POST', json })
  expect((await login('a new one of mine')).status).toBe(200)
  const [account] = await service.database.rows<{ password: string }>(
    sql.unsafe`select password from account where "userId" = ${ada.id}::uuid`,
  )
  expect(account?.password).toMatch(/^5:[0-9a-f]{32}:[0-9a-f]{128}$/)
})
