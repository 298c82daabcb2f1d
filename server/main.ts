import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import { addressOf, readConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { CannotOpen } from './database/cannot-open.ts'
import { portOf } from './http/transport/port.ts'
import { createLog } from './log.ts'
import { codeOf, messageOf } from './thrown.ts'

/**
 * How long the server still accepts connections after SIGTERM, in milliseconds. A client that polls
 * `/readyz` every half second has seen the change by then.
 */
const DRAIN_MS = 1_000
/**
 * Connections that may wait to be accepted, as far as the operating system allows. The client of
 * any further connection retries it seconds later.
 */
const BACKLOG = 4_096
/** Longest a request may still take after that, in milliseconds. */
const GRACE_MS = 10_000

try {
  await main()
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof CannotOpen)) throw error
  process.stderr.write(`${error.message}.\n`)
  process.exit(1)
}

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile()
  const config = readConfig()
  const log = createLog(config.logLevel)
  for (const warning of config.warnings) log.warn(warning)
  // Loaded only now, so that a wrong configuration is refused at once.
  const [{ createService }, { httpServer }, { startCleanup }] = await Promise.all([
    import('./service.ts'),
    import('./http/transport/server.ts'),
    import('./cleanup/cleanup.ts'),
  ])
  const service = await createService(config, log)
  const server = httpServer(service.app, log)
  const stopCleanup = startCleanup(service.database, log)

  let closing = false
  // Without this, a busy connection would continue with one request after another. It does not
  // apply while the server still accepts connections: the client would open a new one.
  for (const event of ['request', 'checkContinue', 'checkExpectation'])
    server.prependListener(event, (_request: IncomingMessage, response: ServerResponse) => {
      if (!server.listening) response.shouldKeepAlive = false
    })
  const close = async (signal: string) => {
    if (closing) return
    closing = true
    log.info({ signal }, 'closing')
    stopCleanup()
    // `/readyz` tells load balancers to send requests elsewhere. A connection that arrives at the
    // moment of the shutdown would be reset.
    service.drain()
    if (signal === 'SIGTERM') await new Promise((resolve) => setTimeout(resolve, DRAIN_MS))
    // A connection that has still not sent its request by then is closed. Requests that were
    // accepted have been answered long before.
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref()
    await new Promise<void>((resolve) => {
      // A request may already be under way on an idle connection, and would find it closed. Such a
      // connection ends by itself: after the time that each response states or, if the response
      // says so, after one more request.
      NetServer.prototype.close.call(server, () => resolve())
      if (signal === 'SIGINT') server.closeIdleConnections()
    })
    await service.close()
    log.info('closed')
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, close)
  try {
    await new Promise<void>((resolve, reject) =>
      server
        .once('error', reject)
        .listen({ port: config.port, host: config.host, backlog: BACKLOG }, resolve),
    )
    if (config.metricsPort !== undefined)
      await service.metrics?.listen(config.host, config.metricsPort)
  } catch (error) {
    stopCleanup()
    await service.close()
    const [name, wanted] = server.listening
      ? ['METRICS_PORT', config.metricsPort]
      : ['PORT', config.port]
    server.close()
    if (codeOf(error) === 'EADDRINUSE')
      throw new ConfigError(
        `${name} ${wanted} is in use on ${config.host}; stop what listens there, or set ` +
          `${name} to another`,
      )
    throw new ConfigError(
      `HOST ${config.host} and ${name} ${wanted} cannot be listened on (${messageOf(error)})`,
    )
  }
  const port = portOf(server)
  const url = addressOf(config.host, port)
  // With a contract that the validator cannot compile, the server would start but every request
  // would fail. In that case it must not start.
  const own = config.host === '0.0.0.0' ? addressOf('127.0.0.1', port) : url
  const probe = await fetch(`${own}/livez`).catch((error) => {
    if (!closing) throw error
  })
  if (!probe || closing) return
  if (probe.status !== 200)
    throw new Error(`the server answers ${probe.status} to its own first request`)
  log.info({ port, host: config.host, database: service.database.place }, `listening at ${url}`)
}
