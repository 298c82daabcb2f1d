import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { addressOf, ConfigError, readConfig } from './config.ts'
import { DirectoryTaken } from './database/embedded.ts'
import { Unavailable } from './database/unavailable.ts'
import { refuseUnreadable } from './http/unreadable.ts'
import { createService } from './service.ts'

/** Longest a request may still run after SIGTERM, in milliseconds. */
const GRACE = 10_000

try {
  await main()
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof DirectoryTaken)) throw error
  process.stderr.write(`${error.message}.\n`)
  process.exit(1)
}

async function main(): Promise<void> {
  const config = readConfig()
  const log = pino({ level: config.logLevel, redact: ['req', 'res'] })
  const service = await createService(config, log).catch((error: unknown) => {
    if (!(error instanceof Unavailable) || config.databaseUrl === undefined) throw error
    throw new ConfigError(
      `The database at ${new URL(config.databaseUrl).host} does not answer (${error.message}); start it, or set DATABASE_URL to one that runs`,
    )
  })
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, service.app)
  server.on('clientError', refuseUnreadable)

  let closing = false
  const close = async (signal: string) => {
    if (closing) return
    closing = true
    log.info({ signal }, 'closing')
    setTimeout(() => process.exit(1), GRACE).unref()
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeIdleConnections()
    })
    await service.close()
    log.info('closed')
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, close)
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(config.port, config.host, resolve))
  } catch (error) {
    await service.close()
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    throw taken ? new ConfigError(`PORT ${config.port} is in use on ${config.host}; stop what listens there, or set PORT to another`) : error
  }
  const { port } = server.address() as AddressInfo
  const url = addressOf(config.host, port)
  // A contract that the validator cannot compile starts well and then fails every request; better not to start.
  const probe = await fetch(`${url}/livez`)
  if (probe.status !== 200) throw new Error(`the server answers ${probe.status} to its own first request`)
  log.info({ port, host: config.host, database: service.database.place }, `listening at ${url}`)
}
