// npm run bench: this server beside others that do the same work, on the same PostgreSQL and the same rows, in turns, in one run.
// Prints ratios to a server without any check, and writes them to bench/results.json. `npm run bench -- 3` for three rounds of each (default 5).
import { type ChildProcess, spawn } from 'node:child_process'
import { Console } from 'node:console'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import pg from 'pg'
import { createDocket } from '../sdk/index.ts'
import { freePort } from '../server/testing/free-port.ts'

const ROUNDS = Number(process.argv[2] ?? 5)
/** Seconds of one measurement, and connections that each wait for their answer. */
const [SECONDS, CONNECTIONS] = [4, 32]
/** Requests a second for the latency, of all connections together: below what the slowest can do. */
const RATE = 300
const TASKS = 1_000

const SERVERS = {
  bare: ['scripts/bench/peers/bare.ts'],
  'bare, pipelined': ['scripts/bench/peers/bare.ts', 'pipelined'],
  docket: ['server/main.ts'],
  fastify: ['scripts/bench/peers/fastify.ts'],
  hono: ['scripts/bench/peers/hono.ts'],
} as const
type Name = keyof typeof SERVERS
const WORK = ['list', 'get', 'create'] as const
type Work = (typeof WORK)[number]

interface Running {
  url: string
  child: ChildProcess
}

const admin = process.env.TEST_DATABASE_URL as string
const name = `docket_bench_${process.pid}`
await query(admin, `create database ${name}`)
const DATABASE_URL = Object.assign(new URL(admin), { pathname: `/${name}` }).href
const directory = mkdtempSync(join(tmpdir(), 'docket-bench-'))
const secret = 'bench'.repeat(8)
const children: ChildProcess[] = []

try {
  const port = await freePort()
  const docket = await start('docket', port, {
    DATABASE_URL,
    DATA_DIR: directory,
    BETTER_AUTH_SECRET: secret,
    RATE_LIMIT_USER: '1000000',
    RATE_LIMIT_ADDRESS: '1000000',
  })
  const client = createDocket({ baseUrl: docket.url })
  const { user, access_token: token } = await client.signup({ body: { email: 'ada@example.org', password: 'correct horse battery' } })
  const items = Array.from({ length: TASKS }, (_, index) => ({
    title: `Task ${index}`,
    description: 'Before noon, from the joint account',
    labels: ['home', 'money'],
  }))
  await client.importTasks({ body: { items } })
  const [task] = (await client.listTasks({ limit: 1 })).items
  const { sid } = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) as { sid: string }

  const running = { docket } as Record<Name, Running>
  for (const peer of Object.keys(SERVERS) as Name[]) {
    if (peer !== 'docket') running[peer] = await start(peer, await freePort(), { DATABASE_URL, SECRET: secret, SESSION: sid, NODE_ENV: 'production' })
  }
  const requestOf = (work: Work, { url }: Running): autocannon.Options => ({
    url: `${url}/api/${user.id}/tasks${work === 'get' ? `/${task?.id}` : work === 'list' ? '?completed=false&limit=20' : ''}`,
    headers: { authorization: `Bearer ${token}`, ...(work === 'create' ? { 'content-type': 'application/json' } : {}) },
    ...(work === 'create' ? { method: 'POST', body: JSON.stringify({ title: 'Water the plants' }) } : {}),
  })

  const measured: Record<string, { rate: number[]; cpu: number[] }> = {}
  const latency: Record<string, { p50: number; p99: number }> = {}
  const memory: Record<string, number> = {}
  for (const work of WORK) {
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [peer, server] of Object.entries(running)) {
        const before = cpuOf(server.child)
        const result = await autocannon({ ...requestOf(work, server), connections: CONNECTIONS, duration: round === 0 ? 1 : SECONDS })
        if (result.non2xx + result.errors > 0) throw new Error(`${peer} ${work}: ${result.non2xx} answers were none, ${result.errors} requests failed`)
        // The first round warms up.
        if (round === 0) continue
        const total = result.requests.total
        const kept = measured[`${work} ${peer}`] ?? { rate: [], cpu: [] }
        measured[`${work} ${peer}`] = kept
        kept.rate.push(total / result.duration)
        kept.cpu.push(((cpuOf(server.child) - before) / total) * 1_000_000)
      }
    }
    for (const [peer, server] of Object.entries(running)) {
      const { latency: found } = await autocannon({ ...requestOf(work, server), connections: CONNECTIONS, duration: SECONDS, overallRate: RATE })
      latency[`${work} ${peer}`] = { p50: found.p50, p99: found.p99 }
      memory[peer] = residentOf(server.child)
    }
  }

  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number
  const rows = WORK.flatMap((work) =>
    (Object.keys(running) as Name[]).map((peer) => {
      const { rate, cpu } = measured[`${work} ${peer}`] as { rate: number[]; cpu: number[] }
      const bare = (measured[`${work} bare`] as { rate: number[] }).rate
      // Round by round, so that what the machine did meanwhile falls on both.
      const ratios = rate.map((each, round) => each / (bare[round] as number))
      return {
        work,
        server: peer,
        ratio: round2(median(ratios)),
        least: round2(Math.min(...ratios)),
        most: round2(Math.max(...ratios)),
        'requests/s': Math.round(median(rate)),
        'µs CPU': Math.round(median(cpu)),
        'p50 ms': latency[`${work} ${peer}`]?.p50,
        'p99 ms': latency[`${work} ${peer}`]?.p99,
        MB: memory[peer],
      }
    }),
  )
  new Console(process.stdout).table(rows)
  mkdirSync('bench', { recursive: true })
  writeFileSync(
    'bench/results.json',
    `${JSON.stringify({ at: new Date().toISOString(), node: process.version, rounds: ROUNDS, connections: CONNECTIONS, rate: RATE, rows }, null, 2)}\n`,
  )
} finally {
  await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) =>
          child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) && child.kill('SIGTERM') : resolve(undefined),
        ),
    ),
  )
  await query(admin, `drop database ${name} with (force)`)
  rmSync(directory, { recursive: true, force: true })
}

async function start(server: Name, port: number, environment: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [...SERVERS[server]], {
    env: { PATH: process.env.PATH, PORT: String(port), ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  children.push(child)
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`${server} ended with ${child.exitCode}`)
    const isUp = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      }).on('error', () => resolve(false))
    })
    if (isUp) return { url, child }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${server} does not listen`)
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(text).finally(() => client.end())
}

/** Seconds of CPU that a process has used (Linux; elsewhere nought). */
function cpuOf({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

/** Megabytes of memory that a process has resident (Linux; elsewhere nought). */
function residentOf({ pid }: ChildProcess): number {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024)
  } catch {
    return 0
  }
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
