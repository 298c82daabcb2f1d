/** A place in the manual order. */
interface Place {
  position: string
  id: string
}

/** What has a place in the manual order of its kind, unless it is in the trash. */
export interface Movable extends Place {
  trashed_at: string | null
}

/**
 * The places of all resources of a kind that are not in the trash, in their order; made when first
 * asked for, and
 * kept up by `replace`.
 */
const orders = new WeakMap<ReadonlyMap<string, Movable>, Place[]>()

export function orderOf(all: ReadonlyMap<string, Movable>): Place[] {
  let order = orders.get(all)
  if (!order) {
    order = [...all.values()]
      .filter(({ trashed_at }) => trashed_at === null)
      .map(({ position, id }) => ({ position, id }))
    order.sort(compare)
    orders.set(all, order)
  }
  return order
}

/** Puts a resource among the others, and into their order if that is there. */
export function replace<Value extends Movable>(all: Map<string, Value>, value: Value): void {
  const { id, position, trashed_at } = value
  const before = all.get(id)
  all.set(id, value)
  const order = orders.get(all)
  if (!order || (before?.position === position && before.trashed_at === trashed_at)) return
  if (before && before.trashed_at === null) order.splice(indexIn(order, before), 1)
  if (trashed_at === null) order.splice(indexIn(order, value), 0, { position, id })
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
 * shows what was moved, until the server has given it its `position`.
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

/** The position of a resource at a place; the one that it has where there is no such place. */
export function placed(
  all: ReadonlyMap<string, Movable>,
  moved: Movable,
  { before, after, to }: { before?: string; after?: string; to?: 'top' | 'bottom' },
): string {
  const order = orderOf(all)
  if (to === 'top')
    return order[0]?.id === moved.id ? moved.position : between(undefined, order[0]?.position)
  if (to === 'bottom')
    return order.at(-1)?.id === moved.id
      ? moved.position
      : between(order.at(-1)?.position, undefined)
  const anchor = all.get(before ?? after ?? '')
  if (!anchor) return moved.position
  const at = indexIn(order, anchor)
  const next = order[before ? at - 1 : at + 1]
  if (next?.id === moved.id) return moved.position
  return before
    ? between(next?.position, anchor.position)
    : between(anchor.position, next?.position)
}

/** The place that a resource has now. */
export function placeOf(all: ReadonlyMap<string, Movable>, id: string) {
  const value = all.get(id)
  const order = orderOf(all)
  const above = value && order[indexIn(order, value) - 1]
  return above ? { after: above.id } : { to: 'top' as const }
}
