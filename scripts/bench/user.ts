import { createDocket } from '../../sdk/index.ts'
import type { Work } from './load.ts'

const TASKS = 1_000

export const WORK = ['list', 'get', 'create'] as const
export type Works = Record<(typeof WORK)[number], Work>

/** A new user with 1,000 tasks, and what they ask for. */
export async function newUser(url: string): Promise<{ sessionId: string; works: Works }> {
  const client = createDocket({ baseUrl: url })
  const { user, access_token: token } = await client.signup({
    body: { email: 'ada@example.org', password: 'correct horse battery' },
  })
  const items = Array.from({ length: TASKS }, (_, index) => ({
    title: `Task ${index}`,
    description: 'Before noon, from the joint account',
    labels: ['home', 'money'],
  }))
  await client.importTasks({ body: { items } })
  const [task] = (await client.listTasks({ limit: 1 })).items
  const { sid } = JSON.parse(
    Buffer.from(token.split('.')[1] as string, 'base64url').toString(),
  ) as { sid: string }
  const tasks = `/api/${user.id}/tasks`
  const headers = { authorization: `Bearer ${token}` }
  return {
    sessionId: sid,
    works: {
      list: { method: 'GET', path: `${tasks}?completed=false&limit=20`, headers },
      get: { method: 'GET', path: `${tasks}/${task?.id}`, headers },
      create: {
        method: 'POST',
        path: tasks,
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{"title":"Water the plants"}',
      },
    },
  }
}
