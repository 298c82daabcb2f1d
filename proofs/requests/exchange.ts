import { Agent, request } from 'node:http'

/** A request as it goes over the wire: nothing is normalised, encoded or merged on the way. */
export interface Outgoing {
  method: string
  /** The request target, sent as it is. */
  path: string
  /** In order; a name may come twice. */
  headers?: [name: string, value: string][]
  body?: string | Buffer
}

export interface Incoming {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** The body: parsed where it is JSON, else its text; undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: any response may come.
  body: any
}

const agent = new Agent({ keepAlive: true })

/**
 * Sends it and reads the whole response. Rejects when the connection breaks before that.
 */
export function exchange(
  url: string,
  { method, path, headers = [], body }: Outgoing,
): Promise<Incoming> {
  const { hostname, port, host } = new URL(url)
  const length: [string, string][] =
    body === undefined && method === 'GET'
      ? []
      : [['content-length', String(Buffer.byteLength(body ?? ''))]]
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        hostname,
        port,
        method,
        path,
        headers: [['host', host], ...headers, ...length].flat(),
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming
          .on('data', (chunk) => chunks.push(chunk))
          .on('error', reject)
          .on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8')
            const isJson = /json/.test(incoming.headers['content-type'] ?? '')
            try {
              resolve({
                status: incoming.statusCode ?? 0,
                headers: incoming.headers,
                text,
                body: text === '' ? undefined : isJson ? JSON.parse(text) : text,
              })
            } catch (error) {
              reject(error)
            }
          })
      },
    )
    outgoing.on('error', reject).end(body)
  })
}
