import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import { startCleanup } from './cleanup/cleanup.ts'
import { addressOf, readConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { CannotOpen } from './database/cannot-open.ts'
import { portOf } from './http/transport/port.ts'
import { httpServer } from './http/transport/server.ts'
import { createLog } from './log.ts'
import { createService } from './service.ts'
import { codeOf, messageOf } from './thrown.ts'

/**
 * How long after SIGTERM connections are still taken, in milliseconds: what asks `/readyz` every
 * half second has heard.
 */
const DRAIN = 1_000
/**
 * Connections that may wait to be accepted, as far as the system lets them; one more is tried again
 * by its client seconds later.
 */
const BACKLOG = 4_096
/** Longest a request may still take after that, in milliseconds. */
const GRACE = 10_000

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
  const service = await createService(config, log)
  const server = httpServer(service.app, log)
  const stopCleanup = startCleanup(service.database, log)

  let closing = false
  // Else a busy connection would go on with one request after the other. Not while others are
  // taken: who is sent away comes back with a new one.
  for (const event of ['request', 'checkContinue', 'checkExpectation'])
    server.prependListener(event, (_request: IncomingMessage, response: ServerResponse) => {
      if (!server.listening) response.shouldKeepAlive = false
    })
  const close = async (signal: string) => {
    if (closing) return
    closing = true
    log.info({ signal }, 'closing')
    stopCleanup()
    // A load balancer hears from `/readyz` to send requests elsewhere; a connection
    // that comes at the moment of the end would be reset.
    service.drain()
    if (signal === 'SIGTERM') await new Promise((resolve) => setTimeout(resolve, DRAIN))
    // Who has still not sent its request by then is cut off; what was accepted has long been
    // answered.
    setTimeout(() => server.closeAllConnections(), GRACE).unref()
    await new Promise<void>((resolve) => {
      // An idle connection may have a request on its way, which would find it closed. It ends by
      // itself: after the time that each answer says, or, told to, after one more.
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
  // A contract that the validator cannot compile starts well and then fails every request; better
  // not to start.
  const own = config.host === '0.0.0.0' ? addressOf('127.0.0.1', port) : url
  const probe = await fetch(`${own}/livez`).catch((error) => {
    if (!closing) throw error
  })
  if (!probe || closing) return
  if (probe.status !== 200)
    throw new Error(`the server answers ${probe.status} to its own first request`)
  log.info({ port, host: config.host, database: service.database.place }, `listening at ${url}`)
}
