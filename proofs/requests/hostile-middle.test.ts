import { expect, onTestFinished, test, vi } from 'vitest'
import { createDocket, NoResponseError } from '../../sdk/index.ts'
import { STRANGE, startHostileMiddle } from '../../server/testing/network/hostile-middle.ts'
import { newPerson } from '../../server/testing/person.ts'
import { startService } from '../../server/testing/service.ts'

test('a hostile proxy: nothing lost or doubled, no session ended', async () => {
  // The waits between two tries are of random length; these are the shortest.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  onTestFinished(() => void vi.restoreAllMocks())
  const service = await startService()
  const ada = await newPerson(service.url)
  const middle = await startHostileMiddle(service.url, (_, path) => path.startsWith('/api/'))
  let over = 0
  const docket = createDocket({
    baseUrl: middle.url,
    sessionToken: ada.sessionToken,
    onSessionOver: () => {
      over += 1
    },
  })
  // One after the other, so that each kind of request meets every response.
  const rent = await docket.createTask({ body: { title: 'Pay the rent' } })
  const plants = await docket.createTask({ body: { title: 'Water the plants' } })
  const changed = await docket.updateTask({ task: rent, body: { description: 'Before noon' } })
  const done = await docket.toggleTaskCompletion({ task: changed, body: { completed: true } })
  await docket.moveTask({ task: plants, body: { to: 'top' } })
  await docket.deleteTask({ task: done })
  await docket.restoreTask({ task: rent.id })
  await docket.applyOperations({
    body: { operations: [{ action: 'create_task', value: { title: 'Call Ada' } }] },
  })
  expect((await docket.importTasks({ body: { items: [{ title: 'Imported' }] } })).created).toBe(1)
  expect((await docket.getTask({ task: rent.id })).description).toBe('Before noon')
  expect((await docket.listTasks({ sort: 'position' })).items.map(({ title }) => title)).toEqual([
    'Water the plants',
    'Pay the rent',
    'Call Ada',
    'Imported',
  ])
  expect((await docket.getTaskCounts()).open).toBe(3)
  const changes: string[] = []
  for await (const { items } of docket.changes())
    changes.push(
      ...items.map((change) => (change.type === 'task' ? (change.value?.title ?? '') : '')),
    )
  expect(changes.length).toBe(4)
  expect(await docket.exportTasksCsv()).toContain('Water the plants')
  expect((await docket.exportTasks()).items.length).toBe(4)
  expect((await docket.listSessions()).items.length).toBe(1)
  expect((await docket.emptyTrash()).is_empty).toBe(true)
  expect(over).toBe(0)

  // Each got each response, but where it is a right one: half of an empty body, and a table with
  // all its rows twice.
  const names = STRANGE.map(({ name }) => name)
  const short = [...middle.given]
    .filter(([, given]) => given.length < names.length)
    .map(([kind, given]) => [kind, given.at(-1)])
  expect(short).toEqual([
    ['DELETE /api/{id}/tasks/{id}', 'a truncated response'],
    ['GET /api/{id}/task-export.csv', 'a body that is there twice'],
  ])
  expect(middle.given.size).toBeGreaterThanOrEqual(17)
  const { body } = await ada.send<{ items: { title: string }[] }>(`${ada.tasks}?sort=position`)
  expect(body.items.map(({ title }) => title)).toEqual([
    'Water the plants',
    'Pay the rent',
    'Call Ada',
    'Imported',
  ])
}, 60_000)

test('login: a strange response is an error, and changes no session', async () => {
  const service = await startService()
  const ada = await newPerson(service.url)
  const middle = await startHostileMiddle(service.url, (method) => method === 'POST')
  const docket = createDocket({ baseUrl: middle.url, sessionToken: ada.sessionToken, retries: 0 })
  const credentials = { email: ada.email, password: ada.password }
  for (const { name } of STRANGE) {
    const { data, error } = await docket.result.login({ body: credentials })
    if (name === 'a late response') expect(data?.user.email).toBe(ada.email)
    else expect([name, error]).toEqual([name, expect.any(NoResponseError)])
    // Nothing else was tried, and the client speaks for the session that it was given.
    expect((await docket.verify()).user.email).toBe(ada.email)
  }
  expect(middle.given.get('POST /api/auth/login')).toEqual(STRANGE.map(({ name }) => name))
}, 60_000)
