import { isUtf8 } from 'node:buffer'
import { appendFileSync } from 'node:fs'
import { declaredAnswers, rowOf } from './answer-rows.ts'

// With PRISM_PROXY set (scripts/through-prism.ts sets it), requests to a service of a test go
// through `prism proxy`, which holds each answer against the contract with code that is not ours.
// One violation in an answer fails the test that asked.

const proxy = process.env.PRISM_PROXY
const notes = process.env.PRISM_NOTES

interface Asked {
  url: URL
  method: string
  /** Path and query as they are sent. */
  target: string
  body: Uint8Array | undefined
}

/**
 * Where to send a request so that Prism sees it; undefined: straight to its server. The header
 * tells the switch behind Prism which one that is.
 */
export function detour({
  url,
  method,
  target,
  body,
}: Asked): { origin: string; header: [name: string, value: string] } | undefined {
  if (proxy === undefined || url.hostname !== '127.0.0.1') return undefined
  const carried = declaredAnswers.has(rowOf(method, target)) && isDecodable(target) && isJson(body)
  if (notes !== undefined) appendFileSync(notes, carried ? 'sent\n' : 'passed by\n')
  return carried ? { origin: proxy, header: ['x-test-service', url.port] } : undefined
}

/**
 * Whether the server answered; what Prism does not take it answers itself, and the server has not
 * seen it.
 *
 * @throws when Prism found a violation in the server's answer
 */
export function hasAnswered(
  { method, target }: Asked,
  status: number,
  header: (name: string) => string | null | undefined,
): boolean {
  if (header('x-test-answered') !== '1') {
    if (notes !== undefined)
      appendFileSync(notes, `refused by Prism\t${status} ${method} ${target}\n`)
    return false
  }
  const violations = header('sl-violations') ?? ''
  // After 8 kB Prism cuts the list off, and the server's violations come after the request's own.
  if (notes !== undefined && violations.startsWith('Too many'))
    appendFileSync(notes, `cut off\t${status} ${method} ${target}\n`)
  if (violations.includes('"location":["response"'))
    throw new Error(`Prism on ${status} of ${method} ${target}: ${violations}`)
  return true
}

/** Prism ends when it meets a path that it cannot decode. */
function isDecodable(target: string): boolean {
  try {
    decodeURIComponent(target)
    return true
  } catch {
    return false
  }
}

/** Prism waits for ever over malformed JSON, and takes bytes that are not UTF-8 for others. */
function isJson(body: Uint8Array | undefined): boolean {
  if (body === undefined || body.length === 0) return true
  try {
    JSON.parse(Buffer.from(body).toString('utf8'))
    return isUtf8(body)
  } catch {
    return false
  }
}

if (proxy !== undefined) {
  const direct = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const body =
      request.body === null ? undefined : new Uint8Array(await request.clone().arrayBuffer())
    const asked = { url, method: request.method, target: url.pathname + url.search, body }
    const way = detour(asked)
    if (!way) return direct(request)
    const headers = new Headers([...request.headers, way.header])
    const answer = await direct(`${way.origin}${asked.target}`, {
      method: request.method,
      headers,
      body: body ?? null,
      redirect: 'manual',
    })
    return hasAnswered(asked, answer.status, (name) => answer.headers.get(name))
      ? answer
      : direct(request)
  }
}
