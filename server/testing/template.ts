import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  }
}

/** Makes the migrated database once per run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = pino({ level: 'warn' })
  const url = process.env.TEST_DATABASE_URL
  if (url) {
    const name = `docket_template_${process.pid}`
    const admin = new pg.Client(url)
    await admin.connect()
    await admin.query(`create database ${name}`)
    await (
      await openDatabase(
        { databaseUrl: databaseAt(url, name), directDatabaseUrl: undefined, dataDir: '' },
        log,
      )
    ).close()
    project.provide('template', { url, name })
    return async () => {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    }
  }
  const directory = mkdtempSync(join(tmpdir(), 'docket-template-'))
  await (
    await openDatabase(
      { databaseUrl: undefined, directDatabaseUrl: undefined, dataDir: directory },
      log,
    )
  ).close()
  project.provide('template', { directory })
  return async () => rmSync(directory, { recursive: true, force: true })
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
