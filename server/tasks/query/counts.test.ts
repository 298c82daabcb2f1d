import { describe, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { newPerson } from '../../testing/person.ts'
import { startService } from '../../testing/service.ts'

describe('getTaskCounts', () => {
  test('200: counts of open, done and labels; more than 200 labels are reported', async () => {
    const service = await startService()
    const bob = await newPerson(service.url, 'bob')
    const counts = async () =>
      (await bob.send<components['schemas']['TaskCounts']>(`/api/${bob.id}/task-counts`)).body
    expect(await counts()).toEqual({
      open: 0,
      done: 0,
      overdue: 0,
      today: 0,
      inbox: 0,
      lists: [],
      lists_are_complete: true,
      labels: [],
      labels_are_complete: true,
    })
    await bob.addTask({ labels: ['home', 'money'] })
    await bob.addTask({ labels: ['home', 'Home'] })
    await bob.addTask({ labels: ['home', 'done'], completed: true })
    const labels = [
      { label: 'home', open: 2 },
      { label: 'money', open: 1 },
    ]
    expect(await counts()).toEqual({
      open: 2,
      done: 1,
      overdue: 0,
      today: 0,
      inbox: 2,
      lists: [],
      lists_are_complete: true,
      labels,
      labels_are_complete: true,
    })
    for (let count = 0; count < 10; count += 1)
      await bob.addTask({ labels: Array.from({ length: 20 }, (_, index) => `l${count}.${index}`) })
    const many = await counts()
    expect([many.labels.length, many.labels[0], many.labels_are_complete]).toEqual([
      200,
      { label: 'home', open: 2 },
      false,
    ])
  })
})
