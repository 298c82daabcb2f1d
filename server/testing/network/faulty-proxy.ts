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
 * What goes wrong with one request. `lost`: it is done, and the response never arrives; `half`:
 * half of the response does.
 * A status with a code is a problem of Docket's, one without is the page of something between.
 */
export type Fault =
  | 'none'
  | 'lost'
  | 'half'
  | 'hang'
  | 'refused'
  | { status: number; retryAfter?: number; code?: string }

export interface FaultyProxy {
  url: string
  /**
   * What goes wrong with the next requests that are not for an access token, in their order; after
   * that nothing.
   */
  faults: Fault[]
  /** `POST /api/{id}/tasks`, in the order they came, and when. */
  seen: { line: string; at: number; key: string | undefined }[]
}

/** Stands in front of a real server and fails on purpose. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const faults: Fault[] = []
  const seen: FaultyProxy['seen'] = []
  const proxy = createServer((incoming, outgoing) => {
    const { method, url = '', headersDistinct } = incoming
    seen.push({
      line: `${method} ${url.replace(/[0-9a-f-]{36}/g, '{id}')}`,
      at: Date.now(),
      key: headersDistinct['idempotency-key']?.[0],
    })
    const fault = (url.startsWith('/api/auth/token') ? undefined : faults.shift()) ?? 'none'
    serve(fault, incoming, outgoing).catch(() => outgoing.destroy())
  })

  async function serve(
    fault: Fault,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const body = await buffer(incoming)
    if (fault === 'hang') return
    if (fault === 'refused') return void outgoing.destroy()
    if (typeof fault === 'object') {
      if (fault.retryAfter !== undefined) outgoing.setHeader('retry-after', fault.retryAfter)
      const { status, code } = fault
      if (code === undefined)
        return void outgoing
          .writeHead(status, { 'content-type': 'text/html' })
          .end('<h1>Sorry</h1>')
      const problem = {
        type: `/docs/problems#${code}`,
        title: '',
        status,
        detail: code,
        instance: '',
        code,
        request_id: '',
      }
      return void outgoing
        .writeHead(status, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify(problem))
    }
    const { 'transfer-encoding': _, ...headers } = incoming.headers
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      forward(
        new URL(incoming.url ?? '', target),
        { method: incoming.method, headers: { ...headers, 'content-length': body.length } },
        resolve,
      )
        .on('error', reject)
        .end(body)
    })
    const text = await buffer(response)
    if (fault === 'lost') return void outgoing.destroy()
    outgoing.writeHead(response.statusCode ?? 502, response.headers)
    if (fault === 'none') return void outgoing.end(text)
    outgoing.write(text.subarray(0, text.length / 2), () => outgoing.destroy())
  }

  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return { url: `http://127.0.0.1:${portOf(proxy)}`, faults, seen }
}
