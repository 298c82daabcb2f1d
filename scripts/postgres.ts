// Runs a program with TEST_DATABASE_URL set to a real PostgreSQL: TEST_DATABASE_URL itself where it
// is set, else a throw-away cluster of the machine's own PostgreSQL, else of the one that npm
// brings. With --or-embedded, it runs without where there is none.
import { spawn } from 'node:child_process'
import { type Cluster, NoPostgres, startCluster } from './outside/cluster.ts'

const OR_EMBEDDED = '--or-embedded'
const given = process.env.TEST_DATABASE_URL
const words = process.argv.slice(2)
const isOptional = words[0] === OR_EMBEDDED
const cluster = given ? undefined : await startOwn()
if (!given)
  process.stdout.write(
    `On ${cluster ? cluster.version : 'the embedded database, which is slower'}\n`,
  )
const url = given ?? cluster?.url
const child = spawn(process.execPath, isOptional ? words.slice(1) : words, {
  stdio: 'inherit',
  env: { ...process.env, ...(url === undefined ? {} : { TEST_DATABASE_URL: url }) },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', async (code) => {
  await cluster?.remove()
  process.exit(code ?? 1)
})

async function startOwn(): Promise<Cluster | undefined> {
  try {
    return await startCluster()
  } catch (error) {
    if (isOptional && error instanceof NoPostgres) return undefined
    throw error
  }
}
