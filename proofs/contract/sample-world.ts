import { createDocket } from '../../sdk/index.ts'
import type { OperationId } from '../../server/contract/document.ts'

/** Who the examples of the contract speak of. */
const ada = { email: 'ada@example.org', password: 'correct horse battery' }
const NEWCOMERS: OperationId[] = ['signup', 'signUpEmail']

/**
 * What the sample of an operation finds: Ada, and her list and task, in the trash where they are to
 * be restored; no user, where she is to sign up.
 */
export async function sampleWorld(baseUrl: string, id: OperationId) {
  const docket = createDocket({ baseUrl })
  if (NEWCOMERS.includes(id)) return { docket }
  const grant = await docket.signup({ body: ada })
  const task = await docket.createTask({
    body: {
      title: 'Water the plants',
      labels: ['home'],
      due_date: '2026-12-01',
      recurrence: { rule: 'FREQ=DAILY;INTERVAL=3' },
    },
  })
  const list = await docket.createList({ body: { name: 'Garden' } })
  if (id === 'restoreTask') await docket.deleteTask({ task })
  if (id === 'restoreList') await docket.deleteList({ list })
  const [session] = (await docket.listSessions()).items
  return { docket, grant, session, task, list }
}

/** So that the next sample finds no user of that name. */
export async function endSampleWorld(baseUrl: string, after: OperationId): Promise<void> {
  if (after === 'deleteAccount') return
  const password = after === 'changePassword' ? 'staple and another horse' : ada.password
  const docket = createDocket({ baseUrl })
  await docket.login({ body: { ...ada, password } })
  await docket.deleteAccount({ body: { password } })
}
