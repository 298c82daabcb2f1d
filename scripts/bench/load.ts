import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import autocannon from 'autocannon'

/** Connections that each wait for their response. */
export const CONNECTIONS = 32
/**
 * Milliseconds after which an unused connection is closed from here: uvicorn closes it after five
 * seconds without having said so, and what is sent at that moment is lost.
 */
const IDLE = 2_000

export interface Work {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
}

/**
 * As many requests as go through, each connection waiting for its response: how many a second.
 * @throws where one is refused
 */
export async function closedLoop(
  url: string,
  { path, ...work }: Work,
  connections: number,
  seconds: number,
): Promise<{ rate: number; total: number }> {
  const result = await autocannon({ url: `${url}${path}`, ...work, connections, duration: seconds })
  if (result.non2xx + result.errors > 0)
    throw new Error(
      `${work.method} ${path}: ${result.non2xx} responses were not 2xx, ` +
        `${result.errors} requests failed`,
    )
  return { rate: result.requests.total / result.duration, total: result.requests.total }
}

/**
 * Requests that come at a fixed rate, whether or not earlier ones are answered: how long each took
 * from the moment it was due. A server that stops for a second makes all that were due in it late,
 * as for real callers; a generator that waits for responses would leave them out (coordinated
 * omission).
 *
 * @param rate requests a second
 * @returns milliseconds
 * @throws where one is refused, or not answered in ten seconds
 */
export async function openLoop(
  url: string,
  work: Work,
  rate: number,
  seconds: number,
): Promise<{ p50: number; p99: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: IDLE })
  const late = async (due: number) => {
    try {
      const { statusCode } = await ask(agent, url, work)
      if (Number(statusCode) >= 300)
        throw new Error(`${work.method} ${work.path} answered ${statusCode}`)
    } catch (error) {
      failure ??= error as Error
    }
    return performance.now() - due
  }
  let failure: Error | undefined
  const started = performance.now()
  const took: Promise<number>[] = []
  while (!failure && took.length < rate * seconds) {
    const now = performance.now()
    // Arrivals do not come evenly; within a timer's tick they are sent together.
    while (took.length < rate * seconds && started + (took.length * 1_000) / rate <= now)
      took.push(late(started + (took.length * 1_000) / rate))
    await wait(1)
  }
  const sorted = (await Promise.all(took)).sort((a, b) => a - b)
  agent.destroy()
  if (failure) throw failure
  const at = (part: number) =>
    Math.round((sorted[Math.floor(part * (sorted.length - 1))] as number) * 10) / 10
  return { p50: at(0.5), p99: at(0.99) }
}

/** Sends a request, and reads the response to its end. @throws where none comes in ten seconds */
export function ask(
  agent: Agent,
  url: string,
  { method, path, headers, body }: Work,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    request(
      { hostname, port, path, method, headers: { ...headers, ...length }, agent },
      (response) => {
        response.resume().on('end', () => resolve(response))
        response.on('error', reject)
      },
    )
      .setTimeout(10_000, function (this: ClientRequest) {
        this.destroy(new Error(`${method} ${path} was not answered in ten seconds`))
      })
      .on('error', reject)
      .end(body)
  })
}
