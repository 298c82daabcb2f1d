import type { Express } from 'express'
import type { Logger } from 'pino'
import { accountOperations } from './auth/account/operations.ts'
import { callerOf } from './auth/caller.ts'
import { knownDevices } from './auth/devices.ts'
import { createIdentity } from './auth/identity.ts'
import { identityOperations } from './auth/operations.ts'
import { accessTokens } from './auth/token.ts'
import { type Config, isTrustedOrigin } from './config.ts'
import type { Handlers } from './contract/handlers.ts'
import { type Database, openDatabase } from './database/database.ts'
import { Unavailable } from './database/unavailable.ts'
import { createApp } from './http/app.ts'
import { pages } from './http/response/pages.ts'
import { labelActions } from './labels/actions.ts'
import { labels } from './labels/fields.ts'
import { labelOperations } from './labels/operations.ts'
import { listActions } from './lists/actions.ts'
import { lists } from './lists/fields.ts'
import { listOperations } from './lists/operations.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { probeOperations } from './probes.ts'
import { problem } from './problems.ts'
import { cursors } from './resource/cursor.ts'
import { resourceOperations } from './resource/operations.ts'
import { taskActions } from './tasks/actions.ts'
import { tasks } from './tasks/fields.ts'
import { taskOperations } from './tasks/operations.ts'
import { queryOperations } from './tasks/query/operations.ts'
import { exportOperations } from './transfer/export-operations.ts'
import { importOperations } from './transfer/import-operations.ts'

const WEB = new URL('../web/dist', import.meta.url).pathname
const DOCS = new URL('../docs/dist', import.meta.url).pathname

export interface Service {
  app: Express
  database: Database
  /** Where they are wanted. */
  metrics: Metrics | undefined
  /** From here on `/readyz` asks load balancers to send no more. */
  drain(): void
  close(): Promise<void>
}

/**
 * Puts the parts together: database, identity, handlers, app. The process around it is `main.ts`;
 * tests put theirs around it.
 */
export async function createService(
  config: Config,
  log: Logger,
  replace: (handlers: Handlers) => Handlers = (handlers) => handlers,
): Promise<Service> {
  const database = await openDatabase(config, log)
  // Its client is a tenth of the time that the start takes.
  const redis =
    config.redisUrl === undefined
      ? undefined
      : (await import('./http/limits/redis-counters.ts')).redisCounters(config.redisUrl, log)
  const metrics = config.metricsPort === undefined ? undefined : createMetrics(database)
  const tokens = accessTokens(config.secret, config.issuer)
  let isDraining = false
  const devices = knownDevices(config.secret, config.baseUrl.startsWith('https:'))
  const identity = createIdentity(config, database.identityPool, log)
  const pageCursors = cursors(config.secret)
  const handlers = {
    ...probeOperations(database, () => isDraining),
    ...accountOperations(identity, database),
    ...identityOperations(identity, tokens, devices, database, (origin) =>
      isTrustedOrigin(config, origin),
    ),
    ...taskOperations(database, config.quota),
    ...queryOperations(database, pageCursors),
    ...listOperations(database, pageCursors, config.quota),
    ...labelOperations(database, pageCursors, config.quota),
    ...resourceOperations(database, pageCursors, [tasks, lists], [tasks, lists, labels], {
      ...taskActions(config.quota),
      ...listActions(config.quota),
      ...labelActions(config.quota),
    }),
    ...exportOperations(database),
    ...importOperations(database, config.quota),
  } satisfies Handlers
  const app = createApp({
    config,
    handlers: replace(handlers),
    identify: (authorization) => callerOf(tokens, authorization),
    pages: pages({ webDir: WEB, docsDir: DOCS, securityContact: config.securityContact }),
    log,
    accounts: devices,
    hasRoom: () => database.hasRoom(),
    counters: redis?.counters,
    observe: metrics?.observe,
    problemFor: (error) =>
      error instanceof Unavailable ? problem('service_unavailable') : undefined,
  })
  return {
    app,
    database,
    metrics,
    drain() {
      isDraining = true
    },
    async close() {
      metrics?.close()
      redis?.close()
      await database.close()
    },
  }
}
