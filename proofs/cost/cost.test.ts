import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { contractOperations, type Operation } from '../../server/contract/document.ts'
import { newPerson, type Person, send } from '../../server/testing/person.ts'
import { type ServerProcess, serverCommand, startProcess } from '../../server/testing/process.ts'
import { copyDatabase } from '../../server/testing/service.ts'
import { credentials, pathFor } from '../requests/example-request.ts'
import { exchange, type Outgoing } from '../requests/exchange.ts'
import { costlyBodies, costlyTargets, plainBody } from './costly-bodies.ts'

/**
 * How much longer than a plain request of its size a request may keep the server from anything
 * else, in milliseconds.
 */
const ALLOWED_MS = 50
/** Measures of a plain request, of which the median counts. */
const REPETITIONS = 7
/**
 * A measure over the limit is taken again, so many times at most, until one is within it: what a
 * request costs it costs each time, and other programs do not.
 */
const TRIES = 60
const ALLOWED_GROWTH = 1.1

interface Load {
  delay_ms: number
  cpu_ms: number
  /** Only where it was asked for. */
  in_use?: number
}

/** A server that tells how busy it was. */
async function startMeasured() {
  const database = await copyDatabase(false)
  onTestFinished(() => database.drop())
  const command = serverCommand(
    '--expose-gc',
    '--import',
    fileURLToPath(new URL('load-report.mjs', import.meta.url)),
  )
  const server: ServerProcess = await startProcess({ ...database.variables }, command)
  let reports = 0
  let failed = 0
  const report = async (signal: 'SIGUSR2' | 'SIGHUP' = 'SIGUSR2'): Promise<Load> => {
    reports += 1
    server.signal(signal)
    const said = () => new RegExp(`\\{"report":${reports},.*\\}`).exec(server.output())?.[0]
    await expect.poll(said, { timeout: 60_000, interval: 2 }).toBeDefined()
    return JSON.parse(said() as string)
  }
  const ada = await newPerson(server.url)
  /** What a request cost. A server that refuses a body early may close on the rest of it. */
  const cost = async (outgoing: Outgoing): Promise<Load> => {
    await report()
    const response = await exchange(server.url, outgoing).catch(() => undefined)
    // Refused for what it is, not for who sends it.
    if (response) expect([401, 403, 429, 500, 503]).not.toContain(response.status)
    else failed += 1
    return report()
  }
  const memory = async () => (await report('SIGHUP')).in_use ?? 0
  return { server, ada, memory, cost, failed: () => failed }
}

const median = (numbers: number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number

/** The delay that a request causes, measured again where it seems too long. */
async function delayOf(cost: () => Promise<Load>, limit: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < TRIES && least > limit; tries += 1)
    least = Math.min(least, (await cost()).delay_ms)
  return least
}

/** An access token lives shorter than the long form of this takes. */
async function renew(url: string, person: Person): Promise<void> {
  const { status, body } = await send<{ token: string }>(`${url}/api/auth/token`, {
    headers: { authorization: `Bearer ${person.sessionToken}` },
  })
  expect(status).toBe(200)
  person.token = body.token
}

const request = (
  operation: Operation,
  ada: Person,
  type: string,
  body: Buffer,
  coding?: string,
): Outgoing => ({
  method: operation.method,
  path: pathFor(operation, ada, '0199c2f0-0000-7000-8000-000000000000'),
  headers: [
    ...credentials(operation, ada),
    ['content-type', type],
    ...(coding ? [['content-encoding', coding] as [string, string]] : []),
  ],
  body,
})

test('no body keeps the server busier than a plain one of its size', async () => {
  const { server, ada, memory, cost, failed } = await startMeasured()
  const tooLong: string[] = []
  let count = 0
  for (const operation of contractOperations.filter(({ accepts }) => accepts.length > 0)) {
    await renew(server.url, ada)
    const plain: Record<string, number> = {}
    for (const type of operation.accepts) {
      const delays: number[] = []
      while (delays.length < REPETITIONS)
        delays.push(
          (await cost(request(operation, ada, type, plainBody(operation.bodyLimit, type))))
            .delay_ms,
        )
      plain[type] = median(delays)
    }
    const before = await memory()
    for (const { what, type, bytes, coding } of costlyBodies(operation)) {
      count += 1
      const limit = (plain[type] as number) + ALLOWED_MS
      const delay = await delayOf(() => cost(request(operation, ada, type, bytes, coding)), limit)
      if (delay > limit)
        tooLong.push(
          `${operation.id}: ${what}: ${Math.round(delay)} ms, plain ` +
            `${Math.round(plain[type] as number)} ms`,
        )
    }
    const grown = (await memory()) / before
    if (grown > ALLOWED_GROWTH)
      tooLong.push(`${operation.id}: memory grew by ${Math.round((grown - 1) * 100)} %`)
  }
  process.stdout.write(`cost: ${count} bodies\n`)
  expect(failed()).toBeLessThan(count / 20)
  expect(tooLong).toEqual([])
}, 1_800_000)

test('no query string or header keeps the server busy', async () => {
  const { server, ada, cost } = await startMeasured()
  const tooLong: string[] = []
  let count = 0
  for (const operation of contractOperations.filter(({ method }) => method === 'GET')) {
    await renew(server.url, ada)
    const path = pathFor(operation, ada, '0199c2f0-0000-7000-8000-000000000000')
    for (const { what, path: target, headers } of costlyTargets(operation, path)) {
      count += 1
      const delay = await delayOf(
        () =>
          cost({
            method: 'GET',
            path: target,
            headers: [...credentials(operation, ada), ...headers],
          }),
        ALLOWED_MS,
      )
      if (delay > ALLOWED_MS) tooLong.push(`${operation.id}: ${what}: ${Math.round(delay)} ms`)
    }
  }
  process.stdout.write(`cost: ${count} query strings and headers\n`)
  expect(tooLong).toEqual([])
}, 1_800_000)
