import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'

/** Longest a connection may hold the one session between two of its messages, in milliseconds. */
const HOLD_LIMIT = 10_000
/** Requests of the start-up phase (PostgreSQL 18, 54.7), by the code in their second word. */
const CANCEL_REQUEST = 80_877_102
const ENCRYPTION_REQUESTS = [80_877_103, 80_877_104]
const QUERY = 0x51
const TERMINATE = 0x58
const READY_FOR_QUERY = 0x5a
const IDLE = 0x49

/** Answers one message of the wire protocol. */
type Execute = (message: Uint8Array) => Promise<Uint8Array>

/** Serves one database session to many connections, on a UNIX socket at `path`; answers with what ends it. */
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

/** From a connection's first message until ReadyForQuery says idle, nobody else speaks: interleaved, they would read each other's rows. */
class Session {
  readonly #execute: Execute
  readonly #waiting: (() => void)[] = []
  #holder: Socket | undefined
  #limit: NodeJS.Timeout | undefined

  constructor(execute: Execute) {
    this.#execute = execute
  }

  async answer(socket: Socket, message: Uint8Array): Promise<Uint8Array> {
    while (this.#holder !== undefined && this.#holder !== socket) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (socket.destroyed || socket.readableEnded) {
      // Who asked is gone; what was asked must not happen after that.
      if (this.#holder === undefined) this.#waiting.shift()?.()
      throw new Error('the connection is closed')
    }
    this.#holder = socket
    clearTimeout(this.#limit)
    const answer = await this.#execute(message)
    if (endsIdle(answer)) this.#release()
    else this.#limit = setTimeout(() => socket.destroy(), HOLD_LIMIT)
    return answer
  }

  /** What a connection leaves open when it goes is rolled back. */
  async leave(socket: Socket): Promise<void> {
    if (this.#holder !== socket) return
    clearTimeout(this.#limit)
    await this.#execute(ROLLBACK)
    this.#release()
  }

  /** Resolves when nobody holds the session. */
  async idle(): Promise<void> {
    while (this.#holder !== undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve))
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
    }
    if (message[0] === TERMINATE) return void socket.end()
    socket.write(await session.answer(socket, message))
  }

  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    for (let length = frameLength(pending); length > 0 && length <= pending.length; length = frameLength(pending)) {
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

function endsIdle(answer: Uint8Array): boolean {
  return answer.at(-6) === READY_FOR_QUERY && answer.at(-1) === IDLE
}

const ROLLBACK = Uint8Array.of(QUERY, 0, 0, 0, 13, ...Buffer.from('rollback\0'))
