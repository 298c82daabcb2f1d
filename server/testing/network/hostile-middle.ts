import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { portOf } from '../../http/transport/port.ts'

/**
 * What stands between a client and the server, and answers in its place. `isDone`: the server has
 * done what was asked before that.
 */
interface Strange {
  name: string
  isDone?: boolean
  respond: (outgoing: ServerResponse, whole: Buffer, real: IncomingMessage | undefined) => void
}

const LATE_MS = 1_000

const page = (status: number): Strange => ({
  name: `a page with status ${status}`,
  respond: (outgoing) =>
    outgoing
      .writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
      .end('<!doctype html><h1>Sign in to the network</h1>'),
})

/**
 * What proxies, portals and broken connections answer; the last one is the right response, only
 * late.
 */
export const STRANGE: Strange[] = [
  ...[200, 401, 403, 404, 407, 511].map(page),
  {
    name: 'JSON of another shape',
    respond: (outgoing) =>
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}'),
  },
  {
    name: 'an empty object',
    respond: (outgoing) =>
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  },
  {
    name: 'an empty response',
    respond: (outgoing) => outgoing.writeHead(200, { 'content-type': 'application/json' }).end(),
  },
  {
    name: '202, accepted',
    respond: (outgoing) =>
      outgoing.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"queued"}'),
  },
  {
    name: 'a truncated response',
    isDone: true,
    respond(outgoing, whole, real) {
      const { 'content-length': _, 'transfer-encoding': __, ...headers } = real?.headers ?? {}
      outgoing
        .writeHead(real?.statusCode ?? 502, headers)
        .end(whole.subarray(0, Math.floor(whole.length / 2)))
    },
  },
  {
    name: 'the right body as another type',
    isDone: true,
    respond: (outgoing, whole, real) =>
      outgoing.writeHead(real?.statusCode ?? 502, { 'content-type': 'text/plain' }).end(whole),
  },
  {
    name: 'a body that is there twice',
    isDone: true,
    respond(outgoing, whole, real) {
      const { 'content-length': _, 'transfer-encoding': __, ...headers } = real?.headers ?? {}
      outgoing.writeHead(real?.statusCode ?? 502, headers).end(Buffer.concat([whole, whole]))
    },
  },
  {
    name: 'a problem of another service',
    respond: (outgoing) =>
      outgoing
        .writeHead(401, {
          'content-type': 'application/problem+json',
          'www-authenticate': 'Bearer realm="gateway"',
        })
        .end(
          '{"type":"https://gateway.example/errors/auth","title":"Unauthorized",' +
            '"status":401,"detail":"No session","code":"AUTH_REQUIRED"}',
        ),
  },
  { name: 'a lost connection', isDone: true, respond: (outgoing) => void outgoing.destroy() },
  {
    name: 'a late response',
    isDone: true,
    respond: (outgoing, whole, real) =>
      void setTimeout(
        () => outgoing.writeHead(real?.statusCode ?? 502, real?.headers).end(whole),
        LATE_MS,
      ),
  },
]

export interface HostileMiddle {
  url: string
  /** Method and path, with ids left out -> the strange responses that requests of this kind got. */
  given: Map<string, string[]>
  /** While it is false, everything passes. */
  isHostile: boolean
}

/**
 * Stands in front of a real server. Of each kind of request the first ones get every strange
 * response, one after the other.
 *
 * @param matters which requests are answered strangely; the others pass
 */
export async function startHostileMiddle(
  target: string,
  matters: (method: string, path: string) => boolean,
): Promise<HostileMiddle> {
  const given = new Map<string, string[]>()
  const state: HostileMiddle = { url: '', given, isHostile: true }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming
    const body = await buffer(incoming)
    const [path = ''] = url.split('?')
    const kind = `${method} ${path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')}`
    const before = given.get(kind) ?? []
    const strange = state.isHostile && matters(method, path) ? STRANGE[before.length] : undefined
    if (strange) given.set(kind, [...before, strange.name])
    const real = strange && !strange.isDone ? undefined : await ask(incoming, body)
    const whole = real ? await buffer(real) : Buffer.alloc(0)
    if (strange) return strange.respond(outgoing, whole, real)
    outgoing.writeHead(real?.statusCode ?? 502, real?.headers).end(whole)
  }

  function ask(incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { 'transfer-encoding': _, 'accept-encoding': __, ...headers } = incoming.headers
    return new Promise((resolve, reject) => {
      const options = {
        method: incoming.method,
        headers: { ...headers, 'content-length': body.length },
      }
      forward(new URL(incoming.url ?? '/', target), options, resolve)
        .on('error', reject)
        .end(body)
    })
  }

  const proxy = createServer(
    (incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()),
  )
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  state.url = `http://127.0.0.1:${portOf(proxy)}`
  return state
}
