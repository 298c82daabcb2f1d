import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newPerson, type Person } from '../server/testing/person.ts'
import { startService, type TestService } from '../server/testing/service.ts'
import { createDocket, sessionTokens } from './index.ts'

let service: TestService
beforeAll(async () => {
  service = await startService({ keep: true })
})
afterAll(() => service.close())

const clientOf = (person: Person) =>
  createDocket({
    baseUrl: service.url,
    tokens: sessionTokens({ baseUrl: service.url, sessionToken: person.sessionToken }),
  })

describe('what comes in pages', () => {
  test('tasks are walked one by one, however many pages they take', async () => {
    const ada = await newPerson(service.url)
    const docket = clientOf(ada)
    const operations = Array.from({ length: 23 }, (_, index) => ({
      action: 'create_task' as const,
      value: { title: `Task ${index}` },
    }))
    await docket.applyOperations({ body: { operations } })
    const titles: string[] = []
    for await (const { title } of docket.tasks({ limit: 5, sort: 'position' })) titles.push(title)
    expect(titles).toEqual(operations.map(({ value }) => value.title))
    const sizes: number[] = []
    for await (const { items } of docket.taskPages({ limit: 10 })) sizes.push(items.length)
    expect(sizes).toEqual([10, 10, 3])
  })

  test('a cursor that does not move on ends the walk with an error, not never', async () => {
    const page = { items: [], total: 2, total_is_exact: true, next_cursor: 'same' }
    const docket = createDocket({
      baseUrl: service.url,
      tokens: { get: async () => 'x', renew: async () => 'x' },
      fetch: async () => Response.json(page),
    })
    const walk = async () => {
      for await (const _ of docket.tasks()) expect(_).toBeUndefined()
    }
    await expect(walk()).rejects.toThrow('stands still')
  })

  test('changes are caught up with, and followed until the signal', async () => {
    const docket = clientOf(await newPerson(service.url))
    const first = await docket.createTask({ body: { title: 'first' } })
    const over = new AbortController()
    const heard: (string | undefined)[] = []
    let cursor: string | undefined
    for await (const page of docket.changes()) cursor = page.cursor
    const following = async () => {
      for await (const { items } of docket.changes(cursor, { follow: 10, signal: over.signal })) {
        heard.push(...items.map(({ value }) => value?.title))
        if (heard.includes('last')) over.abort(new Error('enough'))
      }
    }
    const followed = expect(following()).rejects.toThrow('enough')
    await docket.updateTask({ task: first, body: { title: 'changed' } })
    await docket.createTask({ body: { title: 'last' } })
    await followed
    expect(heard).toContain('last')
  })

  test('a follower ends with its signal, also while it works', async () => {
    const docket = clientOf(await newPerson(service.url))
    const over = new AbortController()
    const following = async () => {
      for await (const _ of docket.changes(undefined, { follow: 60_000, signal: over.signal }))
        over.abort(new Error('enough'))
    }
    await expect(following()).rejects.toThrow('enough')
  })
})
