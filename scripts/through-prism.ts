// npm run test:prism: the tests that speak HTTP, with `prism proxy` between them and the server: a
// second opinion on every answer.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { declaredAnswers, rowOf } from '../server/testing/answer-rows.ts'
import { freePort } from '../server/testing/free-port.ts'

const NOTES = 'coverage/through-prism.tsv'
/** Tests that speak no HTTP, speak it with other programs, or send what no proxy would pass on. */
const WITHOUT = [
  'proofs/parity.test.ts',
  // Strange responses of a proxy, which Prism would change.
  'proofs/hostile-middle.test.ts',
  'web/**',
  // Behind a proxy that fails on purpose, in a process of their own, or of the client's doings
  // rather than the server's.
  'sdk/{docket,readme,retry,size,walks}.test.ts',
  // What a client that leaves stops; Prism in between does not leave.
  'server/http/limits/concurrency.test.ts',
  // How the process begins and ends.
  'server/main.test.ts',
  'proofs/properties.test.ts',
  'proofs/memory.test.ts',
  'proofs/cost.test.ts',
  'server/database/**',
  'server/contract/**',
  // Files that would keep the server busy for minutes do that to Prism.
  'server/transfer/**',
  'proofs/contract-rules.test.ts',
]

const seen = new Set<string>()
// Prism has one upstream, and every test a server of its own: the switch sends on to the one that
// is meant.
const switchboard = createServer((incoming, outgoing) => {
  const { 'x-test-service': port, ...headers } = incoming.headers
  const target = `127.0.0.1:${port}`
  const onward = forward(
    {
      host: '127.0.0.1',
      port: Number(port),
      method: incoming.method,
      path: incoming.url,
      headers: { ...headers, host: target },
    },
    (answer) => {
      const type = String(answer.headers['content-type'] ?? 'no body').split(';', 1)[0]
      seen.add(`${rowOf(incoming.method ?? '', incoming.url ?? '')} ${answer.statusCode} ${type}`)
      // So that a test can tell the server's answer from one of Prism's own.
      outgoing.writeHead(answer.statusCode ?? 502, [...answer.rawHeaders, 'x-test-answered', '1'])
      answer.pipe(outgoing)
    },
  )
  // A server that refuses a body before it is read whole has answered, and may close on the rest.
  onward.on('error', () => outgoing.headersSent || outgoing.destroy())
  // Whole, because Prism takes an answer that comes while it still sends for a broken connection.
  buffer(incoming).then(
    (body) => onward.end(body),
    () => onward.destroy(),
  )
})
await new Promise<void>((resolve) => switchboard.listen(0, '127.0.0.1', resolve))
const behind = (switchboard.address() as AddressInfo).port

const port = await freePort()
const words = [
  'proxy',
  '-p',
  String(port),
  '-h',
  '127.0.0.1',
  '--cors',
  'false',
  '--verboseLevel',
  'fatal',
  'openapi.yaml',
  `http://127.0.0.1:${behind}`,
]
const prism = spawn(
  process.execPath,
  ['node_modules/@stoplight/prism-cli/dist/index.js', ...words],
  { stdio: ['ignore', 'ignore', 'inherit'] },
)
const origin = `http://127.0.0.1:${port}`
// Prism answers an unknown path by itself.
while (
  !(await fetch(origin).then(
    () => true,
    () => false,
  ))
) {
  if (prism.exitCode !== null) throw new Error(`prism proxy ended with ${prism.exitCode}`)
  await new Promise((resolve) => setTimeout(resolve, 100))
}

mkdirSync('coverage', { recursive: true })
rmSync(NOTES, { force: true })
const tests = spawn(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'suite',
    ...WITHOUT.flatMap((each) => ['--exclude', each]),
    ...process.argv.slice(2),
  ],
  {
    stdio: 'inherit',
    env: { ...process.env, PRISM_PROXY: origin, PRISM_NOTES: NOTES },
  },
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal))
const code = await new Promise<number | null>((resolve) => tests.once('exit', resolve))
prism.kill('SIGKILL')
switchboard.close()
switchboard.closeAllConnections()

const notes = readFileSync(NOTES, 'utf8').trim().split('\n')
const count = (what: string) => notes.filter((line) => line.startsWith(what)).length
const refused = count('refused')
const declared = [...declaredAnswers].flatMap(([id, answers]) =>
  answers.map((answer) => `${id} ${answer}`),
)
const unseen = declared.filter((answer) => !seen.has(answer))
process.stdout.write(
  `\nPrism carried ${count('sent') - refused} requests${code === 0 ? ' and found no violation in any answer' : ''}.\n`,
)
process.stdout.write(
  `${count('passed by')} went straight to the server (no operation, undecodable path, body that is not JSON), and ${refused} that Prism refused. In ${count('cut off')} answers its list of violations was cut off.\n`,
)
process.stdout.write(
  `Seen by Prism: ${declared.length - unseen.length} of ${declared.length} declared answers.\n`,
)
const isWhole = process.argv.length === 2
if (isWhole) for (const answer of unseen) process.stdout.write(`not seen: ${answer}\n`)
process.exit(code === 0 && (!isWhole || unseen.length === 0) ? 0 : 1)
