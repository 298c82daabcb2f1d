import type { Handlers } from './contract/handlers.ts'
import type { Database } from './database/database.ts'
import { problem } from './problems.ts'

/**
 * @param isDraining whether the process is about to end, so that no more traffic should be sent to
 * it
 */
export function probeOperations(
  database: Pick<Database, 'ping'>,
  isDraining: () => boolean,
): Pick<Handlers, 'getLiveness' | 'getReadiness'> {
  return {
    getLiveness: async () => ({ status: 200, body: { status: 'ok' } }),
    async getReadiness() {
      if (isDraining()) return problem('service_unavailable')
      await database.ping()
      return { status: 200, body: { status: 'ok' } }
    },
  }
}
