import type { RequestHandler } from 'express'
import { problem, Refusal } from '../problems.ts'

/** Writes of one user that are under way at once. The database does one after the other anyway; those that wait there hold a connection each, which others need. */
const AT_ONCE = 3
/** Longest that a write waits for its turn, in milliseconds; then it is refused. */
const WAIT_LIMIT = 3_000

interface Queue {
  underWay: number
  waiting: Set<() => void>
}

/** Lets the writes of each user begin one after the other, in the order they came. */
export function takeTurns(): RequestHandler {
  const queues = new Map<string, Queue>()
  return (request, response, next) => {
    const { caller, operation } = response.locals
    if (!operation?.needsCaller || !caller || 'code' in caller || request.method === 'GET') return next()
    // Who has gone does not want it done any more, and would never give the turn back.
    if (response.destroyed) return
    const { userId } = caller
    const queue = queues.get(userId) ?? { underWay: 0, waiting: new Set() }
    queues.set(userId, queue)
    const begin = () => {
      leave()
      queue.underWay += 1
      response.once('close', () => {
        queue.underWay -= 1
        const [following] = queue.waiting
        if (following) following()
        else if (queue.underWay === 0) queues.delete(userId)
      })
      next()
    }
    const leave = () => {
      clearTimeout(limit)
      queue.waiting.delete(begin)
    }
    const limit = setTimeout(() => {
      leave()
      next(new Refusal(problem('service_unavailable')))
    }, WAIT_LIMIT)
    if (queue.underWay < AT_ONCE) return begin()
    queue.waiting.add(begin)
    response.once('close', leave)
  }
}
