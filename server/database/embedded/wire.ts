import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { OWN_NAME } from '../connection.ts'

/** Longest a connection may hold the one session between two of its messages, in milliseconds. */
const HOLD_LIMIT = 4_000
/** Requests of the start-up phase (PostgreSQL 18, 54.7), by the code in their second word. */
const CANCEL_REQUEST = 80_877_102
const ENCRYPTION_REQUESTS = [80_877_103, 80_877_104]
const QUERY = 0x51
const TERMINATE = 0x58
const READY_FOR_QUERY = 0x5a
const DATA_ROW = 0x44
const PARSE = 0x50
const ERROR_RESPONSE = 0x45
const IDLE = 0x49

/** Answers one message of the wire protocol. */
type Execute = (message: Uint8Array) => Promise<Uint8Array>

/**
 * Serves one database session to many connections, on a UNIX socket at `path`. Returns a function
 * that stops it.
 */
export async function listen(execute: Execute, path: string): Promise<() => Promise<void>> {
  rmSync(path, { force: true })
  const session = new Session(execute)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    serve(socket, session)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  return async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
    await session.idle()
  }
}

/**
 * Serves no other connection from a connection's first message until ReadyForQuery reports idle.
 * Interleaved connections would read each other's rows.
 * A connection that is not the server's own, such as pg_dump, is a guest. Its settings and role are
 * restored for each of its messages, and never apply to the server's statements.
 */
class Session {
  readonly #execute: Execute
  /** SQL that restores the settings of a guest connection. */
  readonly #settings = new WeakMap<Socket, string>()
  readonly #guests = new WeakSet<Socket>()
  /** SQL that restores the settings that the database has after its own start. */
  readonly #initial: Promise<string>
  readonly #waiting: (() => void)[] = []
  #holder: Socket | undefined
  #limit: NodeJS.Timeout | undefined

  constructor(execute: Execute) {
    this.#execute = execute
    this.#initial = this.#currentSettings()
  }

  /** Marks a connection that is not the server's own. */
  markGuest(socket: Socket): void {
    this.#guests.add(socket)
  }

  /** Whether the connection is a guest. */
  has(socket: Socket): boolean {
    return this.#guests.has(socket)
  }

  async respond(socket: Socket, message: Uint8Array): Promise<Uint8Array> {
    while (this.#holder !== undefined && this.#holder !== socket)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (socket.destroyed || socket.readableEnded) {
      // The client has disconnected. Its message must not be executed any more.
      if (this.#holder === undefined) this.#waiting.shift()?.()
      throw new Error('the connection is closed')
    }
    const isNew = this.#holder === undefined
    this.#holder = socket
    clearTimeout(this.#limit)
    const settings = isNew && this.#settings.get(socket)
    if (settings) await this.#run(settings)
    const response = await this.#execute(message)
    if (endsIdle(response)) {
      if (this.#guests.has(socket)) await this.#putAway(socket)
      this.#release()
    } else this.#limit = setTimeout(() => socket.destroy(), HOLD_LIMIT)
    return response
  }

  /**
   * Rolls back the transaction that a closed connection left open. The statements, temporary tables
   * and locks of a guest are removed.
   */
  async leave(socket: Socket): Promise<void> {
    const isGuest = this.#guests.has(socket)
    if (this.#holder !== socket && !isGuest) return
    while (this.#holder !== undefined && this.#holder !== socket)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#holder = socket
    clearTimeout(this.#limit)
    await this.#run('rollback')
    if (isGuest) {
      await this.#run('discard all')
      await this.#run(await this.#initial)
      await this.#run(OWN_PATH)
    }
    this.#release()
  }

  /** Saves the settings of a guest for its next message, then resets all settings. */
  async #putAway(guest: Socket): Promise<void> {
    this.#settings.set(guest, await this.#currentSettings())
    await this.#run(RESET)
    await this.#run(await this.#initial)
    await this.#run(OWN_PATH)
  }

  /** SQL that restores the current settings. */
  async #currentSettings(): Promise<string> {
    return textOf(await this.#run(SETTINGS))
  }

  #run(statement: string): Promise<Uint8Array> {
    return this.#execute(query(statement))
  }

  /** Resolves when no connection holds the session. */
  async idle(): Promise<void> {
    while (this.#holder !== undefined)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #release(): void {
    this.#holder = undefined
    this.#waiting.shift()?.()
  }
}

function serve(socket: Socket, session: Session): void {
  let pending = Buffer.alloc(0)
  let started = false
  let work = Promise.resolve()

  const handle = async (message: Buffer) => {
    if (socket.destroyed) return
    if (message[0] === 0 && !started) {
      const code = message.readInt32BE(4)
      if (ENCRYPTION_REQUESTS.includes(code)) return void socket.write('N')
      if (code === CANCEL_REQUEST) return void socket.end()
      started = true
      if (startUpParameters(message).get('application_name') !== OWN_NAME) session.markGuest(socket)
    }
    if (message[0] === TERMINATE) return void socket.end()
    const refused = session.has(socket) ? refusalOf(message) : undefined
    // The messages that follow a Parse message would not match the error response.
    if (refused && message[0] === PARSE) return void socket.destroy()
    socket.write(refused ?? (await session.respond(socket, message)))
  }

  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    for (
      let length = frameLength(pending);
      length > 0 && length <= pending.length;
      length = frameLength(pending)
    ) {
      // A length includes its own bytes. With a smaller one, the database would wait forever for
      // the rest of the message.
      if (length < 5) return void socket.destroy()
      const message = Buffer.from(pending.subarray(0, length))
      pending = pending.subarray(length)
      work = work.then(() => handle(message)).catch(() => void socket.destroy())
    }
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    work = work.then(() => session.leave(socket)).catch(() => {})
  })
}

/** A start-up message has no type byte before its length; its first byte is then zero. */
function frameLength(bytes: Buffer): number {
  const offset = bytes[0] === 0 ? 0 : 1
  return bytes.length >= offset + 4 ? offset + bytes.readInt32BE(offset) : 0
}

function endsIdle(response: Uint8Array): boolean {
  return response.at(-6) === READY_FOR_QUERY && response.at(-1) === IDLE
}

/**
 * Without this, the server's next statement would run under a role or setting that a guest left
 * behind.
 */
const RESET = 'reset session authorization; reset role; reset all'
/** If temporary tables came first in the path, those of a guest would hide the server's. */
const OWN_PATH = `select set_config('search_path', 'public, pg_temp', false)`
const SETTINGS = `
  select 'select ' || concat_ws(
    ', ',
    string_agg(format('set_config(%L, %L, false)', name, setting), ', '),
    case when current_setting('role') <> 'none'
    then format('set_config(''role'', %L, false)', current_setting('role')) end,
    '1'
  ) as settings
  from pg_settings where source = 'session'`

/** Statements that make the database wait in its own thread, so that it serves no connection. */
const BLOCKING = new RegExp(
  String.raw`\bcopy\b[^;]*\bfrom\s+stdin\b|` +
    String.raw`\b(idle_in_transaction_session|idle_session|transaction)_timeout\b['"]?\s*` +
    String.raw`(=|,|to\b)(?!\s*'?(0|default)\b)`,
  'i',
)

/**
 * The error response to a statement of a guest that is not supported here (54.7: ErrorResponse,
 * ReadyForQuery).
 */
function refusalOf(message: Buffer): Uint8Array | undefined {
  if (![QUERY, PARSE].includes(message[0] ?? 0) || !BLOCKING.test(message.toString('utf8', 5)))
    return undefined
  const fields =
    'SERROR\0VERROR\0C0A000\0MThe embedded database takes no COPY FROM STDIN and no timeouts ' +
    'of a session; use a PostgreSQL server for that.\0\0'
  const error = Buffer.alloc(5)
  error[0] = ERROR_RESPONSE
  error.writeInt32BE(4 + fields.length, 1)
  return Buffer.concat([
    error,
    Buffer.from(fields),
    Buffer.from([READY_FOR_QUERY, 0, 0, 0, 5, IDLE]),
  ])
}

/** A simple query (54.7). */
function query(statement: string): Uint8Array {
  const text = Buffer.from(`${statement}\0`)
  const head = Buffer.alloc(5)
  head[0] = QUERY
  head.writeInt32BE(4 + text.length, 1)
  return Buffer.concat([head, text])
}

/** The one value of the one row that a response has. */
function textOf(response: Uint8Array): string {
  const bytes = Buffer.from(response)
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    // After the type: its length, the number of columns, and the length of the first.
    if (bytes[at] === DATA_ROW)
      return bytes.toString('utf8', at + 11, at + 11 + bytes.readInt32BE(at + 7))
  }
  return 'select 1'
}

/** Names and values, each ended by a zero, after length and version. */
function startUpParameters(message: Buffer): Map<string, string> {
  const words = message.toString('utf8', 8).split('\0')
  return new Map(
    words.flatMap((word, index) =>
      index % 2 === 0 ? [[word, words[index + 1] ?? ''] as const] : [],
    ),
  )
}
