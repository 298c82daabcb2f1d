import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { cutSlowReaders, type ReadingLimits } from './slow-readers.ts'

const BYTES = 50_000_000

/**
 * A server whose every response is larger than the buffers of the system, and the ports of the
 * connections that have ended there.
 */
async function startLarge(
  limits: Partial<ReadingLimits>,
): Promise<{ port: number; ended: Set<number | undefined> }> {
  const server = createServer((_request, response) => void response.end(Buffer.alloc(BYTES)))
  const none = {
    intervalMs: 20,
    graceMs: 600_000,
    minBytesPerSecond: 1,
    maxWaitingBytes: Number.POSITIVE_INFINITY,
  }
  const ended = new Set<number | undefined>()
  server.on('connection', (socket) => {
    const { remotePort } = socket
    socket.once('close', () => ended.add(remotePort))
  })
  cutSlowReaders(server, pino({ level: 'silent' }), { ...none, ...limits })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, ended }
}

/** A client that has read the beginning, and reads on when it is told to. */
async function slowClient(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'data')
  return socket.pause()
}

async function bytesRead(socket: Socket): Promise<number> {
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  socket.resume()
  await Promise.race([
    once(socket, 'close'),
    expect.poll(() => bytes, { timeout: 20_000 }).toBeGreaterThan(BYTES - 100_000),
  ])
  return bytes
}

test('a client that reads too slowly is cut off, a fast one is not', async () => {
  const { port, ended } = await startLarge({ graceMs: 2_000, minBytesPerSecond: 1_000_000_000 })
  const slow = await slowClient(port)
  expect(await bytesRead(await slowClient(port))).toBeGreaterThan(BYTES - 200_000)
  await expect.poll(() => ended.has(slow.localPort), { timeout: 20_000 }).toBe(true)
})

test('too many waiting bytes: the connection that waits longest is cut off', async () => {
  const { port, ended } = await startLarge({ maxWaitingBytes: 2.5 * BYTES })
  const first = await slowClient(port)
  const others = [await slowClient(port), await slowClient(port)]
  await expect.poll(() => ended.has(first.localPort), { timeout: 20_000 }).toBe(true)
  for (const socket of others) expect(await bytesRead(socket)).toBeGreaterThan(BYTES - 200_000)
})
