import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import { listen } from './wire.ts'

/** The port of a PostgreSQL UNIX socket is part of its file name. */
const SOCKET_NAME = '.s.PGSQL.5432'

export interface EmbeddedDatabase {
  /** A PostgreSQL address that `pg` and slonik understand. */
  url: string
  close(): Promise<void>
}

/** Its message is one sentence for the person who starts the server. */
export class DirectoryTaken extends Error {}

/**
 * PostgreSQL in this process, its files in `dataDir`, reached over a UNIX socket in the PostgreSQL wire protocol.
 * A process kill loses nothing; fsync is off, so a power cut may.
 *
 * @throws {DirectoryTaken} when another process has the directory
 */
export async function startEmbedded(dataDir: string): Promise<EmbeddedDatabase> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  chmodSync(dataDir, 0o700)
  const release = takeDirectory(dataDir)
  try {
    const pglite = await PGlite.create(join(dataDir, 'postgres'))
    // A socket's path may have 107 bytes at most.
    const privateDir = Buffer.byteLength(join(dataDir, SOCKET_NAME)) > 100 ? mkdtempSync(join(tmpdir(), 'docket-')) : undefined
    const socketDir = privateDir ?? dataDir
    const stop = await listen((message) => pglite.execProtocolRaw(message), join(socketDir, SOCKET_NAME))
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

/** SQLite's exclusive lock is a lock of the operating system: atomic, seen across containers, and gone with the process. */
function takeDirectory(dataDir: string): () => void {
  const lock = new DatabaseSync(join(dataDir, 'lock.sqlite'))
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== 5) throw error
    throw new DirectoryTaken(`The data directory ${dataDir} is in use by another Docket; stop that one, or set DATA_DIR to another directory`)
  }
  return () => lock.close()
}
