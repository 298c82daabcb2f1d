import { expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { arrived, openApp, signIn, taskOf } from '../support/open-app.ts'

const chromium = launchChromium()

test('what 0.5 kept on the device is there after the upgrade, and sent once', async () => {
  const app = await openApp(chromium)
  const { docket, page, url } = app
  const task = await docket.createTask({ body: { title: 'Kept' } })
  await page.goto(url)
  await page.getByLabel('Email').waitFor()
  const { list_id: _, ...old } = task
  await page.evaluate(
    ({ task, newId }) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(`docket-${task.user_id}`, 1)
        opening.onupgradeneeded = () => {
          const database = opening.result
          const tasks = database.createObjectStore('tasks', { keyPath: 'id' })
          const outbox = database.createObjectStore('outbox', {
            keyPath: 'id',
            autoIncrement: true,
          })
          database.createObjectStore('drafts')
          database.createObjectStore('cursor')
          tasks.put(task)
          outbox.put({
            key: 'a key of before',
            at: new Date().toISOString(),
            about: 'Done offline',
            state: 'waiting',
            operations: [
              { action: 'create', task: { id: newId, title: 'Done offline' } },
              { action: 'update', task_id: task.id, changes: { description: 'mine' } },
              { action: 'move', task_id: newId, place: { to: 'top' } },
            ],
            inverse: [
              { action: 'delete', task_id: newId },
              { action: 'update', task_id: task.id, changes: { description: null } },
              { action: 'move', task_id: newId, place: { to: 'bottom' } },
            ],
          })
        }
        opening.onsuccess = () => {
          opening.result.close()
          resolve()
        }
        opening.onerror = () => reject(opening.error)
      }),
    { task: old, newId: '0199c2f0-5a3e-7c41-9d2e-8f1b6a7c0d12' },
  )
  await signIn(app)
  await taskOf(page, 'Done offline').waitFor()
  await arrived(page)
  const { items } = await docket.listTasks({ sort: 'position' })
  expect(items.map(({ title, description }) => [title, description])).toEqual([
    ['Done offline', null],
    ['Kept', 'mine'],
  ])
  app.noComplaints()
})
