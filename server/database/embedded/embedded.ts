import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { makeDataDirectory } from '../../secret.ts'
import { messageOf } from '../../thrown.ts'
import { CannotOpen } from '../cannot-open.ts'
import type { EmbeddedSettings, FromWorker, ToWorker } from './worker.ts'

/** SQLite's result code for "locked by another process". */
const SQLITE_BUSY = 5
/** The port of a PostgreSQL UNIX socket is part of its file name. */
const SOCKET_NAME = '.s.PGSQL.5432'

/**
 * Maximum time that a statement may keep the database's thread busy, in milliseconds. After that
 * the thread is restarted.
 */
const HANG_LIMIT_MS = 60_000
const PING_INTERVAL_MS = 5_000
/** How much of the disk is kept free, in bytes: three segments of the write-ahead log. */
const MIN_FREE_BYTES = 50_000_000
/** How often the disk is looked at, in milliseconds. In that time not that much is written. */
const ROOM_INTERVAL_MS = 1_000
/**
 * Longest that the database may take to close, in milliseconds. Ended by force, it recovers at its
 * next start.
 */
const CLOSE_LIMIT_MS = 10_000
/** Between two attempts to start the database anew, in milliseconds. */
const RESTART_DELAY_MS = 1_000

export interface EmbeddedDatabase {
  /** A PostgreSQL address that `pg` understands. */
  url: string
  /** Whether the disk has room for more than a few writes. */
  hasRoom(): boolean
  /**
   * Starts the watchdog: a thread that is busy for a minute is restarted. Not called before the
   * migrations are done, because they may take longer.
   */
  watch(): void
  close(): Promise<void>
}

/**
 * PostgreSQL in a thread of this process, its files in `dataDir`, reached over a UNIX socket in the
 * PostgreSQL wire protocol. A thread of its own, so that a statement delays no request that does
 * not need the database, and so that it can be ended and started anew when it hangs or fails.
 * A process kill loses nothing; fsync is off, so a power cut may.
 *
 * @throws {CannotOpen} when another process has the directory, or what is in it is no database
 */
export async function startEmbedded(dataDir: string, log?: Logger): Promise<EmbeddedDatabase> {
  const release = takeDirectory(dataDir)
  const directory = join(dataDir, 'postgres')
  // A socket's path may have 107 bytes at most.
  const privateDir =
    Buffer.byteLength(join(dataDir, SOCKET_NAME)) > 100
      ? mkdtempSync(join(tmpdir(), 'docket-'))
      : undefined
  const socketDir = privateDir ?? dataDir
  const settings = { directory, socket: join(socketDir, SOCKET_NAME) }
  let isClosing = false
  let restarting: Promise<void> | undefined
  let worker: Worker | undefined
  let lastHeard = 0
  let watchdog: NodeJS.Timeout | undefined

  const start = async () => {
    const started = await startWorker(settings)
    worker = started
    lastHeard = performance.now()
    started.on('message', () => {
      lastHeard = performance.now()
    })
    started.on('error', (error) => log?.error({ err: error }, 'the embedded database failed'))
    started.once('exit', () => {
      worker = undefined
      if (!isClosing) restarting = restart()
    })
  }
  const restart = async () => {
    log?.error('the embedded database ended; it is started anew')
    while (!isClosing && !worker) {
      await wait(RESTART_DELAY_MS)
      if (!isClosing)
        await start().catch((error: Error) =>
          log?.error({ reason: error.message }, 'the embedded database cannot be started'),
        )
    }
  }
  const cleanUp = () => {
    if (privateDir) rmSync(privateDir, { recursive: true, force: true })
    release()
  }

  try {
    await start()
  } catch (error) {
    cleanUp()
    throw error
  }
  return {
    url: `postgresql://postgres@${encodeURIComponent(socketDir)}/postgres`,
    hasRoom: roomIn(dataDir),
    watch() {
      lastHeard = performance.now()
      watchdog = setInterval(() => {
        if (worker && performance.now() - lastHeard > HANG_LIMIT_MS) void worker.terminate()
        else if (worker) send(worker, 'ping')
      }, PING_INTERVAL_MS).unref()
    },
    async close() {
      isClosing = true
      clearInterval(watchdog)
      try {
        await restarting
        if (worker) await closeWorker(worker)
      } finally {
        cleanUp()
      }
    },
  }
}

/**
 * On a full disk even reads fail: a read can trigger a cleanup, which has to write to the log. So
 * the last part of the disk is kept free.
 */
function roomIn(dataDir: string): () => boolean {
  let lookedAt = Number.NEGATIVE_INFINITY
  let hasRoom = true
  return () => {
    const now = performance.now()
    if (now - lookedAt > ROOM_INTERVAL_MS) {
      const { bavail, bsize } = statfsSync(dataDir)
      hasRoom = bavail * bsize > MIN_FREE_BYTES
      lookedAt = now
    }
    return hasRoom
  }
}

const send = (worker: Worker, message: ToWorker) => worker.postMessage(message)

/** @throws {CannotOpen} */
async function startWorker(settings: EmbeddedSettings): Promise<Worker> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: settings,
  })
  const outcome = await new Promise<FromWorker | Error>((resolve) => {
    worker.once('message', resolve).once('error', resolve)
    worker.once('exit', (code) => resolve(new Error(`its thread ended with ${code}`)))
  })
  if (outcome === 'listening') return worker
  const reason =
    outcome instanceof Error
      ? outcome.message
      : typeof outcome === 'object'
        ? outcome.cannotOpen
        : outcome
  throw new CannotOpen(
    `The database in ${settings.directory} cannot be opened (${firstLine(reason)}); restore ` +
      'it from a backup, or set DATA_DIR to another directory',
  )
}

async function closeWorker(worker: Worker): Promise<void> {
  // `once` of node:events is not used here: it rejects if the thread fails while it closes.
  const ended = new Promise<void>((resolve) => void worker.once('exit', () => resolve()))
  send(worker, 'close')
  const limit = setTimeout(() => void worker.terminate(), CLOSE_LIMIT_MS)
  await ended
  clearTimeout(limit)
}

const firstLine = (message: string) => message.split('\n', 1)[0]?.slice(0, 200)

/**
 * SQLite's exclusive lock is a lock of the operating system. It is atomic, visible across
 * containers, and released when the process ends.
 */
function takeDirectory(dataDir: string): () => void {
  let lock: DatabaseSync | undefined
  try {
    makeDataDirectory(dataDir)
    lock = new DatabaseSync(join(dataDir, 'lock.sqlite'))
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
    return () => lock?.close()
  } catch (error) {
    lock?.close()
    const { errcode }: { errcode?: number } = Object(error)
    if (errcode === SQLITE_BUSY) {
      throw new CannotOpen(
        `The data directory ${dataDir} is in use by another Docket; stop that one, or set ` +
          'DATA_DIR to another directory',
      )
    }
    throw new CannotOpen(
      `${join(dataDir, 'lock.sqlite')} cannot be locked ` +
        `(${firstLine(messageOf(error))}); DATA_DIR must be a directory that this user ` +
        'may write',
    )
  }
}
