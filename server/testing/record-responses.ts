import { createHash } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect } from 'vitest'
import { rowOf } from './response-rows.ts'
import { servers } from './service.ts'

// Records every response of our servers in this process, just above the socket, so that neither our
// own validation nor the client of a test matters. `scripts/test/suite.ts` compares the records
// with the contract. Loaded once in a process, by setup.ts.

/** A response as it was sent, for another validator than ours. */
export interface RecordedResponse {
  row: string
  status: number
  headers: Record<string, string | string[]>
  body: string
  test: string
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  server: object
}

/** Bytes of a body that are recorded; of a longer response only status and type are. */
const MAX_BODY_BYTES = 200_000

const directory = process.env.RECORDED_RESPONSES
interface Started {
  row: string
  method: string
  body: Collected
}

const rows = new WeakMap<IncomingMessage, Started>()
const counts = new Map<string, number>()
const recorded = new Set<string>()
let lines: string[] = []

if (directory !== undefined) {
  // At the start, because Express rewrites the request.
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as Exchange
    const { method = '', url = '' } = request
    rows.set(request, { row: rowOf(method, url), method, body: collectBody(response) })
  })
  subscribe('http.server.response.finish', (message) => {
    const { request, response, server } = message as Exchange
    const kind = servers.get(server)
    if (kind === undefined || (kind === 'with fakes' && response.statusCode !== 500)) return
    const started = rows.get(request)
    if (!started) return
    const { row, method, body } = started
    const type = String(response.getHeader('content-type') ?? 'no body').split(';', 1)[0]
    const kindOfResponse = `${row}\t${response.statusCode} ${type}`
    counts.set(kindOfResponse, (counts.get(kindOfResponse) ?? 0) + 1)
    if (method !== 'HEAD' && !body.isTooLong) record(row, response, Buffer.concat(body.chunks))
  })
}

/**
 * Writes what was recorded since the last call. A response that ends after the tests of its file is
 * written, and named, with the next file.
 */
export function writeRecords(): void {
  if (directory === undefined) return
  const file = `${directory}/${process.pid}-${createHash('md5').update(testName()).digest('hex')}`
  appendFileSync(`${file}.jsonl`, lines.join(''))
  appendFileSync(
    `${directory}/counts.tsv`,
    [...counts].map(([kind, count]) => `${kind}\t${count}\n`).join(''),
  )
  lines = []
  counts.clear()
}

const testName = () => expect.getState().testPath ?? ''

interface Collected {
  chunks: Buffer[]
  isTooLong: boolean
}

/** The chunks that a response will be made of. */
function collectBody(response: ServerResponse): Collected {
  const body: Collected = { chunks: [], isTooLong: false }
  let bytes = 0
  const keep = (chunk: unknown) => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return
    bytes += chunk.length
    body.isTooLong ||= bytes > MAX_BODY_BYTES
    if (body.isTooLong) body.chunks = []
    else body.chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk))
  }
  // Kept afterwards: our validation of responses may throw, and then nothing was sent.
  const keeping = <Send extends (...words: never[]) => unknown>(send: Send): Send =>
    new Proxy(send, {
      apply(target, self, words) {
        const sent: unknown = Reflect.apply(target, self, words)
        keep(words[0])
        return sent
      },
    })
  response.write = keeping(response.write)
  response.end = keeping(response.end)
  return body
}

/** Once for each status, body and set of headers of an operation. */
function record(row: string, response: ServerResponse, body: Buffer): void {
  const { statusCode: status } = response
  const headers = Object.fromEntries(
    Object.entries(response.getHeaders()).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value : String(value)] as const],
    ),
  )
  const sent = [row, status, headers['content-type'], ...Object.keys(headers).sort()].join()
  const key = createHash('md5').update(sent).update(body).digest('base64')
  if (recorded.has(key)) return
  recorded.add(key)
  const { currentTestName = '' } = expect.getState()
  const test = `${testName()} ${currentTestName}`
  const entry: RecordedResponse = { row, status, headers, body: body.toString(), test }
  lines.push(`${JSON.stringify(entry)}\n`)
}
