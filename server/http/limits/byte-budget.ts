/** Bytes held at once for all clients of a kind, and for one of them. */
export interface ByteLimits {
  total: number
  perClient: number
}

export interface ByteBudget {
  /**
   * Counts bytes of a client as held. False where a limit would be exceeded: then none of them is.
   */
  hold(client: string, bytes: number): boolean
  release(client: string, bytes: number): void
}

/** Counts the bytes that requests hold in memory, so that many together cannot exhaust it. */
export function openByteBudget({ total, perClient }: ByteLimits): ByteBudget {
  const heldBy = new Map<string, number>()
  let held = 0
  return {
    hold(client, bytes) {
      const own = (heldBy.get(client) ?? 0) + bytes
      if (own > perClient || held + bytes > total) return false
      heldBy.set(client, own)
      held += bytes
      return true
    },
    release(client, bytes) {
      const own = (heldBy.get(client) ?? 0) - bytes
      if (own > 0) heldBy.set(client, own)
      else heldBy.delete(client)
      held -= bytes
    },
  }
}
