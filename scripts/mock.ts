// npm run mock: the contract, answered by Prism from its examples, on MOCK_PORT (default 4010). No server, no database.
import { spawn } from 'node:child_process'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from './free-port.ts'

/** Prism never answers malformed JSON; whoever waits longer than this is told so. */
const LIMIT = 5_000
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

const guard = createServer((incoming, outgoing) => {
  const onward = forward({ port: behind, host: '127.0.0.1', method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.setTimeout(LIMIT, () => onward.destroy(new Error('Prism did not answer: is the body JSON?')))
  onward.on('error', (error) => {
    if (outgoing.headersSent) return outgoing.destroy()
    outgoing.writeHead(400, { 'content-type': 'application/problem+json' }).end(
      JSON.stringify({
        type: '/docs/problems#malformed_json',
        title: 'Bad Request',
        status: 400,
        detail: error.message,
        instance: 'urn:docket:request:mock',
        code: 'malformed_json',
        request_id: 'mock',
      }),
    )
  })
  incoming.pipe(onward)
})

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
