import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openBacklog } from './backlog.ts'
import { Unavailable } from './unavailable.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** So many statements under way, and how to end one. */
function busy(count: number) {
  const backlog = openBacklog()
  const ends: (() => void)[] = []
  const begin = () => backlog.during(() => new Promise<void>((resolve) => ends.push(resolve)))
  const under = Array.from({ length: count }, begin)
  const end = async () => {
    ends.shift()?.()
    await under.shift()
  }
  return { backlog, end, one: () => backlog.during(async () => 'done') }
}

test('however many there are, one more is done while they are quick', async () => {
  const { end, one } = busy(2_000)
  vi.advanceTimersByTime(900)
  await end()
  expect(await one()).toBe('done')
})

test('more than 500 slow requests, or none that ends: one more is refused', async () => {
  const slow = busy(600)
  vi.advanceTimersByTime(1_100)
  await expect(slow.one()).rejects.toThrow(Unavailable)
  await slow.end()
  await expect(slow.one()).rejects.toThrow(Unavailable)
  const few = busy(499)
  vi.advanceTimersByTime(1_100)
  expect(await few.one()).toBe('done')
})

test('after a pause a rush is done, however slow the last one was', async () => {
  const { backlog, end } = busy(1)
  vi.advanceTimersByTime(4_000)
  await end()
  vi.advanceTimersByTime(60_000)
  const rush = Array.from({ length: 600 }, () => backlog.during(async () => 'done'))
  expect(new Set(await Promise.all(rush))).toEqual(new Set(['done']))
})
