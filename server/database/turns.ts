export interface Turns {
  /** Runs beside other shared work of this key, once the exclusive work before it has ended. */
  shared<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Runs once all earlier work of this key has ended, and lets no later work begin meanwhile. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>
}

/** Work of a key: what the next shared and the next exclusive one wait for. */
interface Queue {
  exclusive: Promise<unknown>
  all: Promise<unknown>
  size: number
}

/**
 * The order in which the work of one key runs in this process. What fails lets the next one begin.
 *
 * @example const turns = openTurns(); await turns.exclusive(userId, () => importTasks(userId))
 */
export function openTurns(): Turns {
  const queues = new Map<string, Queue>()

  async function run<T>(key: string, isExclusive: boolean, work: () => Promise<T>): Promise<T> {
    const idle = { exclusive: Promise.resolve(), all: Promise.resolve(), size: 0 }
    const queue: Queue = queues.get(key) ?? idle
    queues.set(key, queue)
    const before = isExclusive ? queue.all : queue.exclusive
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    queue.size += 1
    // Not what it resolves to, which would hold all that came before.
    queue.all = Promise.all([queue.all, ended]).then(() => undefined)
    if (isExclusive) queue.exclusive = queue.all
    try {
      await before
      return await work()
    } finally {
      end()
      queue.size -= 1
      if (queue.size === 0) queues.delete(key)
    }
  }

  return {
    shared: (key, work) => run(key, false, work),
    exclusive: (key, work) => run(key, true, work),
  }
}
