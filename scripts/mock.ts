// npm run mock: the contract, answered by Prism from its examples, on MOCK_PORT (default 4010). No server, no database.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { problemDetails } from '../server/http/answer.ts'
import { type ProblemCode, problem } from '../server/problems.ts'
import { freePort } from './free-port.ts'

const port = Number(process.env.MOCK_PORT ?? 4010)

// Prism behind, on a port that nobody needs to know.
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
  outgoing.writeHead(refused.status, { ...refused.headers, 'content-type': 'application/problem+json', 'x-request-id': 'mock' })
  outgoing.end(JSON.stringify(problemDetails(refused, 'mock')))
}

const guard = createServer((incoming, outgoing) => {
  answer(incoming, outgoing).catch(() => outgoing.destroy())
})

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const sent = await buffer(incoming)
  // Prism ends over a path that cannot be decoded, and never answers malformed JSON.
  if (!succeeds(() => decodeURIComponent(incoming.url ?? ''))) return sendProblem(outgoing, 'invalid_request')
  const isJson = /json/.test(incoming.headers['content-type'] ?? '')
  if (isJson && sent.length > 0 && !succeeds(() => JSON.parse(sent.toString('utf8')))) return sendProblem(outgoing, 'malformed_json')
  const onward = forward({ port: behind, host: '127.0.0.1', method: incoming.method, path: incoming.url, headers: incoming.headers })
  onward.end(sent)
  const [answered] = (await once(onward, 'response')) as [IncomingMessage]
  const { statusCode: status = 502, headers } = answered
  const body = await buffer(answered)
  if (body.includes('stoplight.io/prism/errors')) return sendProblem(outgoing, OWN[status] ?? 'internal_error')
  // Where the contract declares no body, Prism sends a type for it all the same.
  if (body.length === 0) delete headers['content-type']
  outgoing.writeHead(status, headers).end(body)
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
  process.stderr.write(`The mock cannot listen on port ${port} (${error.message}); set MOCK_PORT to another.\n`)
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
guard.listen(port, '127.0.0.1', () => process.stdout.write(`The mock answers at http://127.0.0.1:${(guard.address() as AddressInfo).port}\n`))
