import { createServer } from 'node:net'
import { portOf } from '../../http/transport/port.ts'

/**
 * A port of this machine that is free at the moment, for a program that cannot choose one
 * itself.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const port = portOf(probe)
      probe.close(() => resolve(port))
    })
  })
}
