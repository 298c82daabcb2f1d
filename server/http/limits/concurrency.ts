import type { RequestHandler, Response } from 'express'
import { type ConcurrencyClass, contract, contractOperations } from '../../contract/document.ts'
import { ProblemError, problem } from '../../problems.ts'
import { networkOf, userOf } from './client.ts'
import { classOf } from './cost.ts'

/** Longest that a request waits for its turn, in milliseconds; then it is refused. */
const WAIT_LIMIT_MS = 3_000

/**
 * Limits the requests of a class that are under way at once, for one client and in all, as the
 * contract says (`x-concurrency`). Each holds something scarce: a connection to the database, or a
 * thread that hashes passwords. Those of one client begin in the order they came, and clients take
 * turns, so that one with many requests does not keep the others waiting.
 */
export function limitConcurrency(): RequestHandler {
  const classes = Object.entries(contract['x-concurrency-classes'])
  const gates = new Map(classes.map(([name, limits]) => [name, new Gate(limits)]))
  for (const { id, concurrency, parameters } of contractOperations)
    for (const name of [concurrency, ...parameters.map((parameter) => parameter['x-concurrency'])])
      if (name !== undefined && !gates.has(name))
        throw new Error(
          `${id} has the concurrency class ${name}, which the contract does not define`,
        )
  return (request, response, next) => {
    const { operation, device } = response.locals
    const gate = operation && gates.get(classOf(request, operation, device !== undefined) ?? '')
    // The client has disconnected, and the request must not start any more.
    if (gate && response.destroyed) return
    const turn = gate?.enter(clientOf(response), response)
    return turn ? turn.then(() => next()) : next()
  }
}

/**
 * The client whose turn it is: the user; for a sign-in from a known device, the account; otherwise
 * the network.
 */
function clientOf(response: Response): string {
  const { address, device, account } = response.locals
  return userOf(response) ?? (device === undefined ? undefined : account) ?? networkOf(address)
}

interface Queue {
  client: string
  underWay: number
  waiting: Set<() => void>
}

class Gate {
  readonly #limits: ConcurrencyClass
  /** In the order in which clients take their turns. */
  readonly #queues = new Map<string, Queue>()
  #underWay = 0
  #waiting = 0

  constructor(limits: ConcurrencyClass) {
    this.#limits = limits
  }

  /**
   * Returns undefined if the request may start at once. Otherwise returns a promise that resolves
   * when it may start. The promise never resolves if the client disconnects first.
   *
   * @param response of the request; `release` of its locals gives the place back
   * @throws {ProblemError} if too many requests wait, or this one has waited too long
   */
  enter(client: string, response: Response): Promise<void> | undefined {
    const queue = this.#queues.get(client) ?? { client, underWay: 0, waiting: new Set() }
    this.#queues.set(client, queue)
    if (queue.waiting.size === 0 && this.#hasRoomFor(queue)) {
      this.#begin(queue, response)
      return undefined
    }
    if (this.#waiting < this.#limits.waiting) return this.#turnOf(queue, response)
    this.#forget(queue)
    throw new ProblemError(problem('service_unavailable'))
  }

  #turnOf(queue: Queue, response: Response): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(limit)
        response.off('close', leave)
        queue.waiting.delete(begin)
        this.#waiting -= 1
        this.#forget(queue)
      }
      const begin = () => {
        leave()
        this.#begin(queue, response)
        resolve()
      }
      const limit = setTimeout(() => {
        leave()
        reject(new ProblemError(problem('service_unavailable')))
      }, WAIT_LIMIT_MS)
      queue.waiting.add(begin)
      this.#waiting += 1
      response.once('close', leave)
    })
  }

  /**
   * The place is held until the work is done, even if the client has disconnected. The work of a
   * file response lasts until the file is read.
   */
  #begin(queue: Queue, response: Response): void {
    queue.underWay += 1
    this.#underWay += 1
    response.locals.release = () => {
      delete response.locals.release
      queue.underWay -= 1
      this.#underWay -= 1
      this.#forget(queue)
      this.#moveBehind(queue)
      this.#beginNext()
    }
  }

  /** Moves a client that has had its turn behind all others. */
  #moveBehind(queue: Queue): void {
    if (this.#queues.delete(queue.client)) this.#queues.set(queue.client, queue)
  }

  #beginNext(): void {
    if (this.#waiting === 0) return
    for (const queue of this.#queues.values()) {
      const [begin] = queue.waiting
      if (!begin || !this.#hasRoomFor(queue)) continue
      begin()
      return
    }
  }

  #hasRoomFor(queue: Queue): boolean {
    return this.#underWay < this.#limits.total && queue.underWay < this.#limits.per_client
  }

  #forget(queue: Queue): void {
    if (queue.underWay === 0 && queue.waiting.size === 0) this.#queues.delete(queue.client)
  }
}
