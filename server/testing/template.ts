import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../database/database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * A migrated database that test services copy: a directory, or a database of that name on the
     * server.
     */
    template: { directory: string } | { url: string; name: string }
    /** A migrated data directory, for servers with an embedded database. */
    embedded: string
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const log = pino({ level: 'warn' })

/** Makes the migrated databases once per run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.TEST_DATABASE_URL
  const directory = await embeddedTemplate()
  project.provide('embedded', directory)
  if (!url) {
    project.provide('template', { directory })
    return async () => {}
  }
  const name = `docket_template_${process.pid}`
  const admin = new pg.Client(url)
  await admin.connect()
  await admin.query(`create database ${name}`)
  await migrate({ databaseUrl: databaseAt(url, name), dataDir: '' })
  project.provide('template', { url, name })
  return async () => {
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
}

/** Made once for each version of what it is made of, and kept in node_modules/.cache. */
async function embeddedTemplate(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of [
    ...globSync('server/database/{migrations/*.sql,embedded/*.ts}', { cwd: root }).sort(),
    'node_modules/@electric-sql/pglite/package.json',
  ])
    hash.update(readFileSync(join(root, file)))
  const directory = join(root, 'node_modules/.cache/docket', hash.digest('hex').slice(0, 16))
  if (existsSync(directory)) return directory
  mkdirSync(dirname(directory), { recursive: true })
  const fresh = mkdtempSync(`${directory}-`)
  await migrate({ databaseUrl: undefined, dataDir: fresh })
  try {
    renameSync(fresh, directory)
  } catch (error) {
    // Another run was faster.
    if (!existsSync(directory)) throw error
    rmSync(fresh, { recursive: true })
  }
  return directory
}

async function migrate(where: { databaseUrl: string | undefined; dataDir: string }): Promise<void> {
  await (await openDatabase({ ...where, directDatabaseUrl: undefined }, log)).close()
}

/** A copy of the migrated data directory, for one database of its own. */
export function copyDirectory(template: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'docket-test-'))
  // A socket cannot be copied, and the copy makes its own.
  cpSync(template, directory, {
    recursive: true,
    filter: (path) => !path.endsWith('.s.PGSQL.5432'),
  })
  return directory
}

export function databaseAt(url: string, name: string): string {
  const address = new URL(url)
  address.pathname = `/${name}`
  return address.href
}
