import { createServer, type Server } from 'node:http'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from './database/database.ts'
import type { Observe } from './http/request/request-log.ts'

export interface Metrics {
  observe: Observe
  /** @throws {Error} where nothing can listen there */
  listen(host: string, port: number): Promise<void>
  close(): void
}

/**
 * Seconds: most responses take milliseconds, a statement at most five seconds, a file may take
 * longer.
 */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * What Prometheus collects: requests by operation and status, statements that run or wait, and what
 * Node itself tells (event loop, memory, garbage, handles).
 * Labels are names of the contract: no path, user or token is ever one.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function createMetrics(database: Pick<Database, 'statements'>): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'docket_http_request_duration_seconds',
    help:
      'From the first line of a request to the end of its response, by operation (blank: ' +
      'none of the contract) and status',
    labelNames: ['operation', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  })
  new Gauge({
    name: 'docket_database_statements',
    help: 'Statements that run or wait for a connection',
    registers: [registry],
    collect() {
      this.set(database.statements())
    },
  })
  let server: Server | undefined
  return {
    observe: ({ operation, status, seconds }) => requests.observe({ operation, status }, seconds),
    async listen(host, port) {
      server = createServer(async (request, response) => {
        if (request.url?.split('?')[0] !== '/metrics' || !/^(GET|HEAD)$/.test(request.method ?? ''))
          return void response.writeHead(404).end()
        response
          .writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' })
          .end(await registry.metrics())
      })
      await new Promise<void>((resolve, reject) =>
        server?.once('error', reject).listen(port, host, resolve),
      )
    },
    close() {
      server?.closeAllConnections()
      server?.close()
      registry.clear()
    },
  }
}
