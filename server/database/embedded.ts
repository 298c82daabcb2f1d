import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { makeDataDirectory } from '../config.ts'
import { CannotOpen } from './cannot-open.ts'
import { listen } from './wire.ts'

/** SQLite's result code for "locked by somebody else". */
const SQLITE_BUSY = 5
/** The port of a PostgreSQL UNIX socket is part of its file name. */
const SOCKET_NAME = '.s.PGSQL.5432'

/** Those that the migrations create. */
const extensions = { btree_gin, pg_trgm }

export interface EmbeddedDatabase {
  /** A PostgreSQL address that `pg` understands. */
  url: string
  close(): Promise<void>
}

/**
 * PostgreSQL in this process, its files in `dataDir`, reached over a UNIX socket in the PostgreSQL wire protocol.
 * A process kill loses nothing; fsync is off, so a power cut may.
 *
 * @throws {CannotOpen} when another process has the directory, or what is in it is no database
 */
export async function startEmbedded(dataDir: string): Promise<EmbeddedDatabase> {
  const release = takeDirectory(dataDir)
  try {
    const pglite = await openPglite(join(dataDir, 'postgres'))
    // A socket's path may have 107 bytes at most.
    const privateDir = Buffer.byteLength(join(dataDir, SOCKET_NAME)) > 100 ? mkdtempSync(join(tmpdir(), 'docket-')) : undefined
    const socketDir = privateDir ?? dataDir
    const stop = await listen((message) => execute(pglite, message), join(socketDir, SOCKET_NAME))
    chmodSync(join(socketDir, SOCKET_NAME), 0o600)
    return {
      url: `postgresql://postgres@${encodeURIComponent(socketDir)}/postgres`,
      async close() {
        await stop()
        await pglite.close()
        if (privateDir) rmSync(privateDir, { recursive: true, force: true })
        release()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

/** What the database says to a message of the wire protocol. */
async function execute(pglite: PGlite, message: Uint8Array): Promise<Uint8Array> {
  const said: Buffer[] = []
  // Not execProtocolRaw: that one also parses every answer and keeps what it parsed for ever. The bytes are the database's own memory, so they are copied.
  await pglite.execProtocolRawStream(message, { onRawData: (bytes) => said.push(Buffer.from(bytes)) })
  return Buffer.concat(said)
}

async function openPglite(directory: string): Promise<PGlite> {
  try {
    if (!existsSync(directory)) {
      // A first start that is cut short must not leave half a database where the next one looks.
      const fresh = `${directory}.new`
      rmSync(fresh, { recursive: true, force: true })
      mkdirSync(fresh, { mode: 0o700 })
      await (await PGlite.create(fresh, { extensions })).close()
      renameSync(fresh, directory)
    }
    // Where PGlite finds no version it makes a new database: over a damaged one, everything in it would be gone.
    if (!existsSync(join(directory, 'PG_VERSION'))) throw new Error('PG_VERSION is missing')
    return await PGlite.create(directory, { extensions })
  } catch (error) {
    throw new CannotOpen(
      `The database in ${directory} cannot be opened (${firstLine(error)}); restore it from a backup, or set DATA_DIR to another directory`,
      {
        cause: error,
      },
    )
  }
}

const firstLine = (error: unknown) =>
  String((error as Error).message)
    .split('\n', 1)[0]
    ?.slice(0, 200)

/** SQLite's exclusive lock is a lock of the operating system: atomic, seen across containers, and gone with the process. */
function takeDirectory(dataDir: string): () => void {
  let lock: DatabaseSync | undefined
  try {
    makeDataDirectory(dataDir)
    lock = new DatabaseSync(join(dataDir, 'lock.sqlite'))
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
    return () => lock?.close()
  } catch (error) {
    lock?.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
      throw new CannotOpen(`The data directory ${dataDir} is in use by another Docket; stop that one, or set DATA_DIR to another directory`)
    }
    throw new CannotOpen(`${join(dataDir, 'lock.sqlite')} cannot be locked (${firstLine(error)}); DATA_DIR must be a directory that this user may write`)
  }
}
