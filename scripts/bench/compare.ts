// npm run bench: this server beside others that do the same work, on the same PostgreSQL and the
// same rows, in turns, in one run.
// Prints ratios to a server without any check, writes them to bench/results.json and
// docs/bench.svg. `npm run bench -- 5` for five rounds (default 15).
import { type ChildProcess, spawnSync } from 'node:child_process'
import { Console } from 'node:console'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createDocket } from '../../sdk/index.ts'
import { crowd } from './crowd.ts'
import { CONNECTIONS, closedLoop, openLoop, type Work } from './load.ts'
import { median } from './median.ts'
import { picture } from './picture.ts'
import {
  cpuOf,
  docket,
  end,
  NODE,
  openServers,
  PYTHON,
  peerSettings,
  type Running,
  residentOf,
  settings,
  settled,
} from './servers.ts'
import { newUser, WORK, type Works } from './user.ts'

const ROUNDS = Number(process.argv[2] ?? 15)
/** Rounds that are not counted. */
const WARM_UP = 2
/**
 * Seconds of a turn; short ones, in changing order, so that a machine that becomes slower does so
 * for all.
 */
const TURN = 1
/** Seconds at a fixed rate, and of a crowd. */
const [STEADY, CROWDED] = [15, 8]
/**
 * Requests a second for the latency, of all connections together: below what any of them can do.
 */
const RATE = { list: 30, get: 100, create: 50 }
/** Requests after which the memory is looked at again. */
const MANY = 100_000
const STARTS = 5
/** Words for Node: what it takes by itself, which depends on the machine, and less. */
const MEMORY = [
  [],
  ['--max-semi-space-size=4', '--heap-growing-percent=50'],
  ['--optimize-for-size', '--max-semi-space-size=4'],
]
/** Connections at once, of so many users. */
const [CROWDS, USERS] = [[32, 256, 2_000], 20]

const hasFastApi =
  spawnSync(PYTHON, ['-c', 'import fastapi, sqlmodel, uvicorn, jose, psycopg2']).status === 0
const SERVERS: Record<string, string[]> = {
  bare: [NODE, 'scripts/bench/peers/bare.ts'],
  'bare, pipelined': [NODE, 'scripts/bench/peers/bare.ts', 'pipelined'],
  docket: docket(),
  fastify: [NODE, 'scripts/bench/peers/fastify.ts'],
  'fastify, tuned': [NODE, 'scripts/bench/peers/fastify.ts', 'tuned'],
  hono: [NODE, 'scripts/bench/peers/hono.ts'],
  ...(hasFastApi ? { fastapi: [PYTHON, 'scripts/bench/peers/fastapi_peer.py'] } : {}),
}
const servers = await openServers('docket_bench')
try {
  const ours = await servers.start(docket(), settings)
  const { sessionId, works } = await newUser(ours.url)
  const running: Record<string, Running> = {}
  for (const [peer, command] of Object.entries(SERVERS)) {
    running[peer] = peer === 'docket' ? ours : await servers.start(command, peerSettings(sessionId))
  }

  const measured: Record<string, { rate: number[]; cpu: number[] }> = {}
  const latency: Record<string, { p50: number; p99: number }> = {}
  for (const work of WORK) {
    tell(`${work}: ${ROUNDS} rounds`)
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const turns = Object.entries(running)
      const first = (round + WARM_UP) % turns.length
      for (const [peer, { url, child }] of [...turns.slice(first), ...turns.slice(0, first)]) {
        const before = cpuOf(child)
        const { rate, total } = await named(peer, closedLoop(url, works[work], CONNECTIONS, TURN))
        const cpu = ((cpuOf(child) - before) / total) * 1_000_000
        await settled(child)
        if (round < 0) continue
        const kept = measured[`${work} ${peer}`] ?? { rate: [], cpu: [] }
        measured[`${work} ${peer}`] = kept
        kept.rate.push(rate)
        kept.cpu.push(cpu)
      }
    }
    tell(`${work}: latency`)
    for (const [peer, { url, child }] of Object.entries(running)) {
      latency[`${work} ${peer}`] = await named(peer, openLoop(url, works[work], RATE[work], STEADY))
      await settled(child)
    }
  }
  const memory = Object.fromEntries(
    Object.entries(running).map(([peer, { child }]) => [peer, residentOf(child)]),
  )

  const rows = WORK.flatMap((work) =>
    Object.keys(running).map((peer) => {
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

  // A fresh one, alone: how soon it answers, and what it holds after many requests.
  await Promise.all(Object.values(running).map(({ child }) => end(child)))
  tell('starts')
  const starts: number[] = []
  for (let time = 0; time < STARTS; time += 1) {
    const began = performance.now()
    const { child } = await servers.start(docket(), settings)
    starts.push(performance.now() - began)
    await end(child)
  }
  const memories = []
  for (const flags of MEMORY) memories.push(await memoryOf(flags, works))
  new Console(process.stdout).table(memories)
  tell('crowds')
  const { url, child } = await servers.start(docket(), settings)
  const crowds = await crowdsOf(url, child)
  new Console(process.stdout).table(crowds)
  process.stdout.write(
    `start to first response, ms: ` +
      `${Math.round(median(starts))} (${starts.map(Math.round).join(', ')})\n`,
  )

  const setting = {
    node: process.version,
    rounds: ROUNDS,
    connections: CONNECTIONS,
    rate: RATE,
    'start ms': Math.round(median(starts)),
    memories,
    crowds,
  }
  mkdirSync('bench', { recursive: true })
  writeFileSync(
    'bench/results.json',
    `${JSON.stringify({ at: new Date().toISOString(), ...setting, rows }, null, 2)}\n`,
  )
  writeFileSync(
    'docs/bench.svg',
    picture(
      rows,
      `Requests a second as a part of the bare server's: median, least and most of ` +
        `${ROUNDS} rounds, ${CONNECTIONS} connections, Node ${process.version}`,
    ),
  )
} finally {
  await servers.close()
}

/** What it is at, of a quarter of an hour. */
function tell(step: string): void {
  process.stderr.write(`${step}\n`)
}

/** Whose fault it is where it ends early. */
async function named<T>(peer: string, done: Promise<T>): Promise<T> {
  try {
    return await done
  } catch (error) {
    throw new Error(`${peer}: ${(error as Error).message}`, { cause: error })
  }
}

/** What a server holds that Node was told to save memory, or not, and how fast it is then. */
async function memoryOf(flags: string[], works: Works) {
  tell(`memory, ${flags.join(' ') || 'without words for Node'}`)
  const { url, child } = await servers.start(docket(...flags), settings)
  const held = { 'MB at start': residentOf(child) }
  const rates: Record<string, number[]> = {}
  let sent = 0
  const after = async (requests: number) => {
    while (sent < requests) {
      for (const work of WORK) {
        const { rate, total } = await closedLoop(url, works[work], CONNECTIONS, 2)
        rates[work] = [...(rates[work] ?? []), rate]
        sent += total
      }
    }
    return residentOf(child)
  }
  const row = {
    flags: flags.join(' '),
    ...held,
    [`MB after ${MANY / 2}`]: await after(MANY / 2),
    [`MB after ${MANY}`]: await after(MANY),
    ...Object.fromEntries(
      WORK.map((work) => [`${work}/s`, Math.round(median(rates[work] as number[]))]),
    ),
  }
  await end(child)
  return row
}

/**
 * Users who each have a task, by more and more connections: one task is read, and one is written.
 */
async function crowdsOf(url: string, child: ChildProcess) {
  const read: Work[] = []
  const write: Work[] = []
  for (let count = 0; count < USERS; count += 1) {
    const client = createDocket({ baseUrl: url })
    const { user, access_token: token } = await client.signup({
      body: { email: `user${count}@example.org`, password: 'correct horse battery' },
    })
    const { id } = await client.createTask({ body: { title: 'Pay the rent' } })
    const headers = { authorization: `Bearer ${token}` }
    read.push({ method: 'GET', path: `/api/${user.id}/tasks/${id}`, headers })
    write.push({
      method: 'POST',
      path: `/api/${user.id}/tasks`,
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"title":"Water the plants"}',
    })
  }
  const rows = []
  for (const [work, works] of Object.entries({ get: read, create: write })) {
    for (const connections of CROWDS)
      rows.push({
        work,
        connections,
        ...(await crowd(url, works, connections, CROWDED)),
        MB: residentOf(child),
      })
  }
  return rows
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
