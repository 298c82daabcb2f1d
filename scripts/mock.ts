// npm run mock: the contract, answered by Prism from its examples, on MOCK_PORT (default 4010). No
// server, no database.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { findPath } from '../server/contract/route.ts'
import { mediaRanges } from '../server/http/request/normalise.ts'
import { problemDetails } from '../server/http/response/send.ts'
import { type ProblemCode, problem } from '../server/problems.ts'
import { freePort } from '../server/testing/network/free-port.ts'

/** Milliseconds that Prism may take. */
const LIMIT = 5_000
const MEDIA_RANGE = /^\s*[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+\s*(;\s*[\w-]+=("[^"]*"|[\w.+-]*)\s*)*$/
const port = Number(process.env.MOCK_PORT ?? 4010)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(
    `MOCK_PORT is ${process.env.MOCK_PORT}, which is no port: give a number up to 65535.\n`,
  )
  process.exit(1)
}

// Prism behind, on a port of its own.
const behind = await freePort()

const prism = spawn(
  process.execPath,
  [
    'node_modules/@stoplight/prism-cli/dist/index.js',
    'mock',
    '-p',
    String(behind),
    '-h',
    '127.0.0.1',
    '--json-schema-faker-fillProperties=false',
    '--verboseLevel',
    'error',
    'openapi.yaml',
  ],
  { stdio: ['ignore', 'inherit', 'inherit'] },
)
prism.on('exit', (code) => process.exit(code ?? 1))
process.on('exit', () => prism.kill())
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    prism.kill(signal)
    process.exit(0)
  })

/** Prism's own errors, for what the contract cannot declare per operation, in the shape of ours. */
const OWN: Record<number, ProblemCode> = {
  400: 'invalid_request',
  401: 'authorization_missing',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  415: 'unsupported_media_type',
  422: 'invalid_body',
}

function sendProblem(outgoing: ServerResponse, code: ProblemCode): void {
  const refused = problem(code)
  // As Prism does: a page elsewhere is to read why it was refused.
  const origin = outgoing.req.headers.origin
  const shared = origin
    ? {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-request-id',
      }
    : {}
  outgoing.writeHead(refused.status, {
    ...refused.headers,
    ...shared,
    'content-type': 'application/problem+json',
    'x-request-id': 'mock',
  })
  outgoing.end(JSON.stringify(problemDetails(refused, 'mock')))
}

const guard = createServer((incoming, outgoing) => {
  respond(incoming, outgoing).catch(() => outgoing.destroy())
})

async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const sent = await buffer(incoming)
  const refused = refusal(incoming, sent)
  if (refused) return sendProblem(outgoing, refused)
  // As the server reads it, or Prism would stumble over what real clients send.
  if (incoming.headers.accept !== undefined)
    incoming.headers.accept = mediaRanges(incoming.headers.accept)
  const { 'transfer-encoding': _, ...headers } = incoming.headers
  const fitting = preference(incoming)
  if (fitting) headers.prefer ??= fitting
  headers['content-length'] = String(sent.length)
  if (sent.length === 0) delete headers['content-type']
  // HEAD answers like GET; Node leaves the body out.
  const method = incoming.method === 'HEAD' ? 'GET' : incoming.method
  const onward = forward({
    port: behind,
    host: '127.0.0.1',
    method,
    path: incoming.url,
    headers,
    signal: AbortSignal.timeout(LIMIT),
  })
  onward.end(sent)
  const answered = await once(onward, 'response').then(
    ([response]) => response as IncomingMessage,
    () => undefined,
  )
  if (!answered) return sendProblem(outgoing, 'service_unavailable')
  const body = confirming(incoming, sent, answered.statusCode, await buffer(answered))
  if (answered.headers['content-length'] !== undefined)
    answered.headers['content-length'] = String(body.length)
  const isPrisms =
    body.includes('stoplight.io/prism/errors') || body.includes('"internal_server_error"')
  // It was asked for a response that the operation does not have.
  if (isPrisms && incoming.headers.prefer && [404, 500].includes(answered.statusCode ?? 0))
    return sendProblem(outgoing, 'invalid_request')
  if (isPrisms) return sendProblem(outgoing, OWN[answered.statusCode ?? 0] ?? 'internal_error')
  // Where the contract declares no body, Prism sends a type for it all the same.
  if (body.length === 0) delete answered.headers['content-type']
  outgoing.writeHead(answered.statusCode ?? 502, answered.headers).end(body)
}

/**
 * Many operations are confirmed each: a client takes for done only what the response is about, and
 * the example is about others.
 */
function confirming(
  { method = '', url = '' }: IncomingMessage,
  sent: Buffer,
  status: number | undefined,
  body: Buffer,
): Buffer {
  const operation = findPath(new URL(url, 'http://mock').pathname)?.get(method)
  if (operation?.id !== 'applyOperations' || status !== 200) return body
  const { operations } = JSON.parse(sent.toString('utf8')) as {
    operations: { id?: string; value?: object }[]
  }
  const { items } = JSON.parse(body.toString('utf8')) as { items: { value: object }[] }
  const [example] = items
  const confirmed = operations.map(({ id, value }) => ({
    ...example,
    value: { ...example?.value, ...value, ...(id ? { id } : {}) },
  }))
  return Buffer.from(JSON.stringify({ items: confirmed }))
}

/**
 * Which response fits where Prism would take the first: something was created, and a walk comes to
 * its end.
 */
function preference({
  method = '',
  url = '',
  headers: { accept = '*/*' },
}: IncomingMessage): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://mock')
  const operation = findPath(pathname)?.get(method)
  if (operation?.id === 'listTasks' && searchParams.has('cursor')) return 'example=last_page'
  if (operation?.id === 'listChanges' && searchParams.has('since')) return 'example=nothing_new'
  return operation?.responses[201] && /\*\/\*|application\/(\*|json)/.test(accept)
    ? 'code=201'
    : undefined
}

/** What Prism would end over, or never answer. */
function refusal(
  { method = '', url = '', headers }: IncomingMessage,
  sent: Buffer,
): ProblemCode | undefined {
  if (!URL.canParse(url, 'http://mock')) return 'not_found'
  if (!succeeds(() => decodeURIComponent(url))) return 'invalid_request'
  if (sent.length === 0) return undefined
  const operation = findPath(new URL(url, 'http://mock').pathname)?.get(method)
  if (operation && sent.length > operation.bodyLimit) return 'content_too_large'
  const type = headers['content-type'] ?? ''
  if (!MEDIA_RANGE.test(type) || /charset=(?!"?utf-?8)/i.test(type)) return 'unsupported_media_type'
  return /json/.test(type) && !succeeds(() => JSON.parse(sent.toString('utf8')))
    ? 'malformed_json'
    : undefined
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}

guard.on('error', (error) => {
  prism.kill('SIGTERM')
  process.stderr.write(
    `The mock cannot listen on port ${port} (${error.message}); set MOCK_PORT to another.\n`,
  )
  process.exit(1)
})

for (;;) {
  const up = await fetch(`http://127.0.0.1:${behind}/livez`).then(
    () => true,
    () => false,
  )
  if (up) break
  await new Promise((resolve) => setTimeout(resolve, 100))
}
guard.listen(port, '127.0.0.1', () =>
  process.stdout.write(
    `The mock answers at http://127.0.0.1:${(guard.address() as AddressInfo).port}\n`,
  ),
)
