// Runs a program with TEST_DATABASE_URL set to a real PostgreSQL: TEST_DATABASE_URL itself where it
// is set, else a throw-away cluster of the machine's own PostgreSQL, else of the one that npm
// brings. With --or-embedded, the embedded database is used if there is none. With --durable, the
// cluster waits for the disk, as in production.
import { spawn } from 'node:child_process'
import { type Cluster, NoPostgres, startCluster } from '../outside/cluster.ts'

const DURABLE = { fsync: 'on', full_page_writes: 'on' }
const given = process.env.TEST_DATABASE_URL
const [option, ...words] = process.argv.slice(2)
const isOptional = option === '--or-embedded'
const isDurable = option === '--durable'
if (!isOptional && !isDurable && option !== undefined) words.unshift(option)
const cluster = given ? undefined : await startOwn()
if (!given)
  process.stdout.write(
    `On ${cluster ? cluster.version : 'the embedded database, which is slower'}\n`,
  )
const url = given ?? cluster?.url
const child = spawn(process.execPath, words, {
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
    return await startCluster(undefined, isDurable ? DURABLE : {})
  } catch (error) {
    if (isOptional && error instanceof NoPostgres) return undefined
    throw error
  }
}
