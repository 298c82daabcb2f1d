import { Agent } from 'node:http'
import { ask, type Work } from './load.ts'

export interface Crowd {
  /** Responses a second that did what was asked. */
  'requests/s': number
  /** Of a hundred responses, those that were 503 with Retry-After. */
  'shed %': number
  /** Milliseconds from a request to its response, whatever it is. */
  'p50 ms': number
  'p99 ms': number
  'longest ms': number
}

/**
 * What many connections get, each waiting for its response and asking again at once, whatever that
 * was: more than the server can do, for as long as it lasts.
 *
 * @param works what is asked, by one connection after the other
 * @throws where a connection is lost, a request is not answered in ten seconds, or is refused
 *   otherwise
 */
export async function crowd(
  url: string,
  works: Work[],
  connections: number,
  seconds: number,
): Promise<Crowd> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const took: number[] = []
  let shed = 0
  const started = performance.now()
  const until = started + seconds * 1_000
  const one = async (work: Work) => {
    while (performance.now() < until) {
      const began = performance.now()
      const { statusCode = 0, headers } = await ask(agent, url, work)
      took.push(performance.now() - began)
      if (statusCode === 503 && headers['retry-after'] !== undefined) shed += 1
      else if (statusCode >= 300)
        throw new Error(`${work.method} ${work.path} answered ${statusCode}`)
    }
  }
  await Promise.all(
    Array.from({ length: connections }, (_, index) => one(works[index % works.length] as Work)),
  )
  const elapsed = (performance.now() - started) / 1_000
  agent.destroy()
  took.sort((a, b) => a - b)
  const at = (part: number) => Math.round(took[Math.floor(part * (took.length - 1))] as number)
  return {
    'requests/s': Math.round((took.length - shed) / elapsed),
    'shed %': Math.round((1000 * shed) / took.length) / 10,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'longest ms': at(1),
  }
}
