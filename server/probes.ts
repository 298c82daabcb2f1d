import type { Handlers } from './contract/handlers.ts'
import type { Database } from './database/database.ts'

export function probeOperations(database: Pick<Database, 'ping'>): Pick<Handlers, 'getLiveness' | 'getReadiness'> {
  return {
    getLiveness: async () => ({ status: 200, body: { status: 'ok' } }),
    async getReadiness() {
      await database.ping()
      return { status: 200, body: { status: 'ok' } }
    },
  }
}
