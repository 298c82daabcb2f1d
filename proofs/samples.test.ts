import { afterAll, beforeAll, expect, test } from 'vitest'
import { samples } from '../scripts/samples.ts'
import { createDocket } from '../sdk/index.ts'
import { contractOperations, type OperationId } from '../server/contract/document.ts'
import { startService, type TestService } from '../server/testing/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

/** Who the examples of the contract speak of. */
const ada = { email: 'ada@example.org', password: 'correct horse battery' }
const NEWCOMERS: OperationId[] = ['signup', 'signUpEmail']

/** A client of Ada, who has a task that is in the trash where it is to be restored; or nobody's, where she is to sign up. */
async function world(id: OperationId) {
  const docket = createDocket({ baseUrl: service.url })
  if (NEWCOMERS.includes(id)) return { docket }
  await docket.signup({ body: ada })
  const task = await docket.createTask({ body: { title: 'Water the plants' } })
  if (id === 'restoreTask') await docket.deleteTask({ task: task.id })
  const [session] = (await docket.listSessions()).items
  return { docket, task: id === 'restoreTask' ? task.id : task, session }
}

/** So that the next sample finds nobody of that name. */
async function endAccount(after: OperationId): Promise<void> {
  if (after === 'deleteAccount') return
  const password = after === 'changePassword' ? 'staple and another horse' : ada.password
  const docket = createDocket({ baseUrl: service.url })
  await docket.login({ body: { ...ada, password } })
  await docket.deleteAccount({ body: { password } })
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...words: string[]) => (...values: unknown[]) => Promise<void>

test.each([...samples].map(([id, { typescript }]) => ({ id, typescript })))('the TypeScript sample of $id does what it says', async ({ id, typescript }) => {
  const { docket, task, session } = await world(id)
  const printed: unknown[] = []
  await new AsyncFunction('docket', 'task', 'session', 'console', typescript)(docket, task, session, { log: (value: unknown) => printed.push(value) })
  expect(printed).toEqual(typescript.startsWith('console.log') ? [expect.anything()] : [])
  await endAccount(id)
})

test('there is a sample of each operation, in both languages', () => {
  for (const { id } of contractOperations)
    expect([id, samples.get(id)?.typescript, samples.get(id)?.curl]).toEqual([id, expect.stringContaining(id), expect.stringContaining('curl')])
})
