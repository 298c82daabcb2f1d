/**
 * Runs the work of one key in its order, one at a time: what would only wait for a lock in the
 * database holds no connection meanwhile. A rejected work does not stop the next one.
 *
 * @example const inTurn = openTurns(); await inTurn(userId, () => write(userId))
 */
export function openTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<void>>()
  return async (key, work) => {
    const before = last.get(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    last.set(key, promise)
    try {
      await before
      return await work()
    } finally {
      if (last.get(key) === promise) last.delete(key)
      resolve()
    }
  }
}
