import type { Task } from '@docket/sdk'

/** A place in the manual order. */
interface Place {
  position: string
  id: string
}

/**
 * The places of all tasks that are not in the trash, in their order; made when first asked for, and
 * kept up by `replace`.
 */
const orders = new WeakMap<Map<string, Task>, Place[]>()

export function orderOf(tasks: Map<string, Task>): Place[] {
  let order = orders.get(tasks)
  if (!order) {
    order = [...tasks.values()]
      .filter(({ trashed_at }) => trashed_at === null)
      .map(({ position, id }) => ({ position, id }))
    order.sort(compare)
    orders.set(tasks, order)
  }
  return order
}

/** Puts a task into the tasks, and into their order if that is there. */
export function replace(tasks: Map<string, Task>, task: Task): void {
  const before = tasks.get(task.id)
  tasks.set(task.id, task)
  const order = orders.get(tasks)
  if (!order || (before?.position === task.position && before.trashed_at === task.trashed_at))
    return
  if (before && before.trashed_at === null) order.splice(indexIn(order, before), 1)
  if (task.trashed_at === null)
    order.splice(indexIn(order, task), 0, { position: task.position, id: task.id })
}

/** Where a place is, or would be. */
export function indexIn(order: Place[], place: Place): number {
  let [low, high] = [0, order.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const found = order[middle]
    if (found && compare(found, place) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function compare(a: Place, b: Place): number {
  return a.position < b.position
    ? -1
    : a.position > b.position
      ? 1
      : a.id < b.id
        ? -1
        : a.id > b.id
          ? 1
          : 0
}

/**
 * A text of digits between two others, in the order of their characters: where the manual order
 * shows a task that was moved, until the server has given it its `position`.
 *
 * @param low the one before; undefined: at the top
 * @param high the one after; undefined: at the bottom
 * @example between('5', '6') // '55'
 */
export function between(low: string | undefined, high: string | undefined): string {
  const digits = Math.max(low?.length ?? 0, high?.length ?? 0) + 1
  const value = (text: string) => BigInt(text.padEnd(digits, '0'))
  const least = low === undefined ? 0n : value(low)
  const most = high === undefined ? 10n ** BigInt(digits) : value(high)
  return String((least + most) / 2n).padStart(digits, '0')
}
