import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { newPerson } from '../testing/person.ts'
import { startService } from '../testing/service.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']

/** Holds the version of a user as a write of another process does, and then takes one. */
async function heldVersion(url: string, userId: string) {
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  return {
    client,
    /** Until a statement of the server waits for what is held; the embedded database shows none. */
    async waiting() {
      for (let tries = 0; tries < 20; tries += 1) {
        const { rows } = await client.query(`
          select from pg_stat_activity
          where wait_event_type = 'Lock' and datname = current_database()`)
        if (rows.length > 0) return
      }
    },
    async hold() {
      await client.query('begin')
      await client.query('select from user_versions where user_id = $1 for no key update', [userId])
    },
    async take() {
      await client.query('update user_versions set version = version + 1 where user_id = $1', [
        userId,
      ])
      await client.query('commit')
    },
  }
}

test.each([
  ['at once, so that the statement only waits', 0],
  ['after longer than a statement may wait', 400],
])(
  'a write that another process overtakes %s is done once, with what is true then',
  async (_, pause) => {
    const { url, databaseUrl, database } = await startService({ losable: true })
    const ada = await newPerson(url)
    const task = await ada.addTask({ title: 'Old' })
    const { client, hold, waiting, take } = await heldVersion(databaseUrl as string, ada.id)
    await hold()
    const key = { 'idempotency-key': randomUUID() }
    const update = ada.send<Task>(`${ada.tasks}/${task.id}`, {
      method: 'PATCH',
      json: { description: 'mine' },
      headers: key,
    })
    const remove = ada.send(`${ada.tasks}/${task.id}`, {
      method: 'DELETE',
      headers: { 'if-match': task.etag },
    })
    while (database.statements() === 0) await new Promise(setImmediate)
    await waiting()
    await client.query(
      `update tasks set title = 'New', version = 2 where user_id = $1 and id = $2`,
      [ada.id, task.id],
    )
    if (pause > 0) await client.query('select pg_sleep($1)', [pause / 1_000])
    await take()
    const { status, body } = await update
    expect([status, body.title, body.description, body.etag]).toEqual([200, 'New', 'mine', '"3"'])
    // Its If-Match was true when it came, and is not any more.
    expect((await remove).status).toBe(412)
    const again = await ada.send<Task>(`${ada.tasks}/${task.id}`, {
      method: 'PATCH',
      json: { description: 'mine' },
      headers: key,
    })
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([body, 'true'])
  },
)

test('first writes that wait for a lock on the table are done once, or get 503', async () => {
  const { url, databaseUrl } = await startService({ losable: true })
  const ada = await newPerson(url)
  const client = new pg.Client(databaseUrl as string)
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('begin; lock table tasks in access exclusive mode')
  // No connection has parsed the statement yet: those behind the first one count on its name.
  const creates = Array.from({ length: 20 }, () =>
    ada.send<Task>(ada.tasks, { method: 'POST', json: { title: 'Once' } }),
  )
  await client.query('select pg_sleep(0.4)')
  await client.query('commit')
  const statuses = (await Promise.all(creates)).map(({ status }) => status)
  for (const status of statuses) expect([201, 503]).toContain(status)
  const { body } = await ada.send<Schemas['TaskPage']>(ada.tasks)
  expect(body.total).toBe(statuses.filter((status) => status === 201).length)
})
