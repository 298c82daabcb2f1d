import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from '../../server/testing/network/free-port.ts'

export const NODE = process.execPath
/**
 * Debian's Python, where its packages are there: python3-fastapi, python3-sqlmodel,
 * python3-uvicorn, python3-jose, python3-psycopg2.
 */
export const PYTHON = '/usr/bin/python3'
/** This server, with words for Node. */
export const docket = (...words: string[]) => [NODE, ...words, 'server/main.ts']

/** A secret that all servers share, and limits that nothing here meets. */
export const settings = {
  BETTER_AUTH_SECRET: 'bench'.repeat(8),
  RATE_LIMIT_USER: '1000000',
  RATE_LIMIT_NETWORK: '1000000000',
  RATE_LIMIT_ADDRESS: '1000000',
  RATE_LIMIT_SIGN_IN_ADDRESS: '1000',
  RATE_LIMIT_SIGN_UPS: '1000',
  QUOTA_TASKS: '1000000000',
  QUOTA_BYTES: '1000000000000',
}
/** What another server has to know, which asks for no session itself. */
export const peerSettings = (sessionId: string) => ({
  SECRET: settings.BETTER_AUTH_SECRET,
  SESSION: sessionId,
  NODE_ENV: 'production',
})

/** Milliseconds that a server may take to end. */
const END_LIMIT = 10_000
/** Milliseconds without work, after which a server rests. */
const REST = 50

export interface Running {
  url: string
  child: ChildProcess
}

export interface Servers {
  /** Where they all keep their rows. */
  databaseUrl: string
  /** Starts one, and resolves when it listens. */
  start(command: string[], environment?: Record<string, string>): Promise<Running>
  /** Ends all, and takes what they kept away. */
  close(): Promise<void>
}

/**
 * Servers on a database of their own, beside the one of `TEST_DATABASE_URL`.
 *
 * @param name of the database, with the number of this process behind it
 */
export async function openServers(name: string): Promise<Servers> {
  const admin = process.env.TEST_DATABASE_URL as string
  const database = `${name}_${process.pid}`
  const databaseUrl = Object.assign(new URL(admin), { pathname: `/${database}` }).href
  const directory = mkdtempSync(join(tmpdir(), 'docket-bench-'))
  await query(admin, `create database ${database}`)
  const children: ChildProcess[] = []
  return {
    databaseUrl,
    async start([command, ...words], environment = {}) {
      const port = await freePort()
      const child = spawn(command as string, words, {
        // As `npm start` has it.
        env: {
          PATH: process.env.PATH,
          NODE_COMPILE_CACHE: join(directory, 'compiled'),
          PORT: String(port),
          DATABASE_URL: databaseUrl,
          DATA_DIR: directory,
          ...environment,
        },
        // uvicorn logs to standard error.
        stdio: ['ignore', 'ignore', command === PYTHON ? 'ignore' : 'inherit'],
      })
      children.push(child)
      for (let tries = 0; !(await listens(port)); tries += 1) {
        if (hasEnded(child))
          throw new Error(`${words.join(' ')} ended with ${child.exitCode ?? child.signalCode}`)
        if (tries > 1_000) throw new Error(`${words.join(' ')} does not listen`)
        await wait(10)
      }
      return { url: `http://127.0.0.1:${port}`, child }
    },
    async close() {
      await Promise.all(children.map(end))
      await query(admin, `drop database ${database} with (force)`)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  const limit = setTimeout(() => child.kill('SIGKILL'), END_LIMIT)
  await gone
  clearTimeout(limit)
}

/**
 * Waits until a server is idle: a client that was cut off may have left requests, which would fall
 * into the next one's turn.
 */
export async function settled(child: ChildProcess): Promise<void> {
  for (let last = -1; cpuOf(child) !== last; ) {
    last = cpuOf(child)
    await wait(REST)
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** Seconds of CPU that a process has used (Linux; elsewhere nought). */
export function cpuOf({ pid }: ChildProcess): number {
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
export function residentOf({ pid }: ChildProcess): number {
  try {
    return Math.round(
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024,
    )
  } catch {
    return 0
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    }).on('error', () => resolve(false))
  })
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(text).finally(() => client.end())
}
