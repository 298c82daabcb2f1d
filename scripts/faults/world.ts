import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { freePort } from '../../server/testing/network/free-port.ts'
import { newPerson, type Person } from '../../server/testing/person.ts'
import { type ServerProcess, startProcess } from '../../server/testing/process.ts'
import { type Cluster, startCluster } from '../outside/cluster.ts'

/** A PostgreSQL for one test, that it may break. */
export async function breakable(
  parent?: string,
  settings: Record<string, string> = {},
): Promise<Cluster> {
  const cluster = await startCluster(parent, settings)
  onTestFinished(() => cluster.remove())
  return cluster
}

/** A server that starts again at the same address, with the same secret. */
export async function restartable(
  environment: Record<string, string>,
): Promise<{ url: string; start(): Promise<ServerProcess> }> {
  const port = await freePort()
  const all = {
    BETTER_AUTH_SECRET: randomBytes(32).toString('base64url'),
    ...environment,
    PORT: String(port),
  }
  return { url: `http://127.0.0.1:${port}`, start: () => startProcess(all) }
}

export async function people(url: string, count: number): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => newPerson(url, `person${index}`)))
}

/** Waits until `/readyz` answers this. */
export async function readiness(url: string, status: number): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== status)
    await new Promise((resolve) => setTimeout(resolve, 10))
}
