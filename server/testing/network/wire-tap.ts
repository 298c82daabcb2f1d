import { connect, createServer, type Socket } from 'node:net'
import { portOf } from '../../http/transport/port.ts'

/** The end of a reply of PostgreSQL: ReadyForQuery, outside a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])

export interface WireTap {
  /** Leads to the same database. */
  url: string
  /**
   * Keeps the reply to the next statement with these words to itself, and from then on all of that
   * connection. Resolves when the database has given it.
   */
  holdReplyTo(words: string): Promise<void>
  close(): Promise<void>
}

/**
 * Stands between a server and its database, so that a statement can be done and its reply never
 * arrive.
 */
export async function holdReplies(databaseUrl: string): Promise<WireTap> {
  const { hostname, port } = new URL(databaseUrl)
  const host = decodeURIComponent(hostname)
  const reach = () =>
    host.startsWith('/') ? connect(`${host}/.s.PGSQL.5432`) : connect(Number(port || 5432), host)
  const sockets = new Set<Socket>()
  let waiting: { words: string; resolve: () => void } | undefined
  const tap = createServer((client) => {
    const database = reach()
    let held: (() => void) | undefined
    client.on('data', (chunk) => {
      if (waiting && chunk.includes(waiting.words)) {
        held = waiting.resolve
        waiting = undefined
      }
      database.write(chunk)
    })
    database.on('data', (chunk) => {
      if (!held) client.write(chunk)
      else if (chunk.subarray(-READY.length).equals(READY)) held()
    })
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => tap.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(portOf(tap))
  return {
    url: url.href,
    holdReplyTo: (words) =>
      new Promise((resolve) => {
        waiting = { words, resolve }
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        tap.close(() => resolve())
      }),
  }
}
