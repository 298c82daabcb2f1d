// The thread of the embedded database. `embedded.ts` starts it, watches it and ends it.
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { messageOf } from '../../thrown.ts'
import { listen } from './wire.ts'

export interface EmbeddedSettings {
  directory: string
  socket: string
}
export type ToWorker = 'close' | 'ping'
export type FromWorker = 'listening' | 'pong' | { cannotOpen: string }

/** Those that the migrations create. */
const extensions = { btree_gin, pg_trgm }
const { directory, socket }: EmbeddedSettings = workerData
if (!parentPort) throw new Error('The embedded database runs in a thread of its own')
const port = parentPort
const tell = (message: FromWorker) => port.postMessage(message)

const pglite = await openPglite()
if (pglite) {
  const stop = await listen((message) => execute(pglite, message), socket)
  chmodSync(socket, 0o600)
  port.on('message', async (message: ToWorker) => {
    if (message === 'ping') return tell('pong')
    await stop()
    await pglite.close()
    port.close()
  })
  tell('listening')
}

async function openPglite(): Promise<PGlite | undefined> {
  try {
    if (!existsSync(directory)) {
      // An interrupted first start must not leave half a database where the next start looks.
      const fresh = `${directory}.new`
      rmSync(fresh, { recursive: true, force: true })
      mkdirSync(fresh, { mode: 0o700 })
      await (await PGlite.create(fresh, { extensions })).close()
      renameSync(fresh, directory)
    }
    // PGlite creates a new database if it finds no version file. In a damaged directory, that would
    // destroy all data.
    if (!existsSync(join(directory, 'PG_VERSION'))) throw new Error('PG_VERSION is missing')
    return await PGlite.create(directory, { extensions })
  } catch (error) {
    tell({ cannotOpen: messageOf(error) })
    port.close()
    return undefined
  }
}

/** The database's response to a message of the wire protocol. */
async function execute(database: PGlite, message: Uint8Array): Promise<Uint8Array> {
  const said: Buffer[] = []
  try {
    // Not execProtocolRaw: that one also parses every response and keeps what it parsed for ever.
    // The bytes are the database's own memory, so they are copied.
    await database.execProtocolRawStream(message, {
      onRawData: (bytes) => said.push(Buffer.from(bytes)),
    })
  } catch {
    // A failed statement is an ordinary response. An exception means that the database itself has
    // failed: for example, its log cannot be written.
    process.exit(1)
  }
  return Buffer.concat(said)
}
