// npm run test:postgres: runs a program with TEST_DATABASE_URL pointing to a real PostgreSQL.
// That is TEST_DATABASE_URL itself where it is set, else a throw-away cluster of the machine's own
// PostgreSQL, else of the one that npm brings.
import { spawn } from 'node:child_process'
import { startCluster } from './outside/cluster.ts'

const given = process.env.TEST_DATABASE_URL
const cluster = given ? undefined : await startCluster()
if (cluster) process.stdout.write(`On ${cluster.version}\n`)
const child = spawn(process.execPath, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, TEST_DATABASE_URL: given ?? cluster?.url },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', async (code) => {
  await cluster?.remove()
  process.exit(code ?? 1)
})
