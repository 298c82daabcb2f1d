import { randomBytes } from 'node:crypto'
import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { components } from '../sdk/contract.gen.ts'
import { readConfig } from './config.ts'
import { freePort } from './testing/network/free-port.ts'
import { newPerson, send } from './testing/person.ts'
import { dataDirectory, emptyDirectory, startProcess, startRefused } from './testing/process.ts'
import { copyDatabase } from './testing/service.ts'

type Schemas = components['schemas']

describe('a configuration that is not good stops the start with one sentence', () => {
  const sentence = (output: string) => output.trim().split('\n')

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a short secret',
      { BETTER_AUTH_SECRET: 'short' },
      /^BETTER_AUTH_SECRET is shorter than 32 characters/,
    ],
    [
      'a sample secret',
      { BETTER_AUTH_SECRET: 'change-me-change-me-change-me-change-me' },
      /^BETTER_AUTH_SECRET looks like a sample/,
    ],
    [
      'a secret in production that repeats itself',
      { NODE_ENV: 'production', BETTER_AUTH_SECRET: '0123456789ab'.repeat(3) },
      /^BETTER_AUTH_SECRET looks like words/,
    ],
    [
      'a secret in production that is made of words',
      { NODE_ENV: 'production', BETTER_AUTH_SECRET: 'correct-horse-battery-staple-and-more' },
      /^BETTER_AUTH_SECRET looks like words/,
    ],
    [
      'a contact that is none',
      { SECURITY_CONTACT: 'ada@example.org' },
      /^SECURITY_CONTACT is "ada@example.org"/,
    ],
    ['no secret in production', { NODE_ENV: 'production' }, /^BETTER_AUTH_SECRET is not set/],
    ['a port that is none', { PORT: 'eighty' }, /^PORT is "eighty"/],
    [
      'no limits in production',
      {
        NODE_ENV: 'production',
        BETTER_AUTH_SECRET: randomBytes(32).toString('hex'),
        RATE_LIMIT: 'off',
      },
      /^RATE_LIMIT=off/,
    ],
    ['a trusted proxy that trusts everybody', { TRUST_PROXY: 'true' }, /^TRUST_PROXY=true/],
    [
      'an origin that is none',
      { FRONTEND_URL: 'app.example' },
      /^FRONTEND_URL and TRUSTED_ORIGINS has "app.example"/,
    ],
    [
      'a data directory that is a file',
      { DATA_DIR: import.meta.filename },
      /^DATA_DIR is .*main\.test\.ts/,
    ],
    [
      'a data directory that is a file, with a secret',
      { DATA_DIR: import.meta.filename, BETTER_AUTH_SECRET: 'kq'.repeat(16) },
      /DATA_DIR must be a directory/,
    ],
    [
      'a data directory where none can be',
      { DATA_DIR: '/proc/docket' },
      /^DATA_DIR is \/proc\/docket/,
    ],
    ['a trusted proxy that is none', { TRUST_PROXY: 'abc' }, /^TRUST_PROXY is "abc"/],
    ['an environment that is none', { NODE_ENV: 'Production' }, /^NODE_ENV is "Production"/],
    ['a host that is none', { HOST: '999.1.1.1' }, /^HOST is "999\.1\.1\.1"/],
    [
      'a database address that is none',
      { DATABASE_URL: 'mysql://root:hunter2@db/x' },
      /^DATABASE_URL is not an address like/,
    ],
  ])('%s', async (_, environment, expected) => {
    const { code, output } = await startRefused({ DATA_DIR: emptyDirectory(), ...environment })
    expect(code).toBe(1)
    expect(sentence(output)).toEqual([expect.stringMatching(expected)])
    expect(output).not.toContain('hunter2')
  })

  test('a secret that other users can read', async () => {
    const DATA_DIR = emptyDirectory()
    const file = join(DATA_DIR, 'secret')
    writeFileSync(file, randomBytes(32).toString('hex'))
    chmodSync(file, 0o644)
    const { code, output } = await startRefused({ DATA_DIR })
    expect([code, sentence(output)]).toEqual([
      1,
      [expect.stringMatching(/^The secret kept in .* can be read by other users; run: chmod 600 /)],
    ])
  })

  test('a database that does not answer', async () => {
    const { code, output } = await startRefused({
      DATA_DIR: emptyDirectory(),
      DATABASE_URL: 'postgresql://docket:hunter2@127.0.0.1:1/x',
    })
    expect(code).toBe(1)
    expect(sentence(output)).toEqual([
      expect.stringMatching(/^The database at 127\.0\.0\.1:1 cannot be used \(.*ECONNREFUSED/),
    ])
  })

  test('a port that is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const { code, output } = await startRefused({
      ...(await someDatabase()),
      PORT: String(port),
      LOG_LEVEL: 'error',
    })
    expect([code, sentence(output)]).toEqual([
      1,
      [expect.stringMatching(`^PORT ${port} is in use`)],
    ])
  })
})

test('unusual settings are warnings of one sentence, without passwords', () => {
  const DATA_DIR = emptyDirectory()
  const given = {
    NODE_ENV: 'production',
    BETTER_AUTH_SECRET: randomBytes(32).toString('hex'),
    DATA_DIR,
  }
  expect(
    readConfig({
      ...given,
      BETTER_AUTH_URL: 'https://docket.example',
      DATABASE_URL: 'postgresql://db.example/x?sslmode=require',
    }).warnings,
  ).toEqual([])
  expect(
    readConfig({ ...given, DATABASE_URL: 'postgresql://docket:hunter2@%2Frun%2Fpostgresql/x' })
      .warnings,
  ).toEqual([])
  const { warnings } = readConfig({
    ...given,
    BETTER_AUTH_URL: 'http://docket.example',
    DATABASE_URL: 'postgresql://docket:hunter2@db.example/x',
  })
  expect(warnings).toEqual([
    expect.stringMatching(/^BETTER_AUTH_URL .* without https/),
    expect.stringMatching(/^DATABASE_URL .* whether by TLS/),
  ])
  expect(warnings.join()).not.toContain('hunter2')
  chmodSync(DATA_DIR, 0o777)
  expect(readConfig(given).warnings).toEqual([
    expect.stringMatching(/^DATA_DIR .* other users may write/),
  ])
})

describe('the embedded database', () => {
  test('a second server on the directory is refused, and the first goes on', async () => {
    const DATA_DIR = dataDirectory()
    const first = await startProcess({ DATA_DIR })
    const { code, output } = await startRefused({ DATA_DIR, LOG_LEVEL: 'error' })
    expect([code, output.trim()]).toEqual([
      1,
      expect.stringMatching(/^The data directory .* is in use by another Docket/),
    ])
    expect((await send(`${first.url}/readyz`)).status).toBe(200)
  })

  test('a damaged one is refused with one sentence, never replaced by an empty one', async () => {
    const DATA_DIR = dataDirectory()
    await (await startProcess({ DATA_DIR })).end('SIGTERM')
    rmSync(join(DATA_DIR, 'postgres', 'PG_VERSION'))
    const { code, output } = await startRefused({ DATA_DIR, LOG_LEVEL: 'error' })
    expect([code, output.trim()]).toEqual([
      1,
      expect.stringMatching(/^The database in .* cannot be opened \(PG_VERSION is missing\)/),
    ])
  })

  test('SIGTERM and a new start keep accounts, sessions and tasks; exit code 0', async () => {
    const DATA_DIR = dataDirectory()
    const first = await startProcess({ DATA_DIR })
    const ada = await newPerson(first.url)
    const task = await ada.addTask()
    expect(await first.end('SIGTERM')).toBe(0)
    const second = await startProcess({ DATA_DIR })
    const { body } = await send<Schemas['TaskPage']>(`${second.url}${ada.tasks}`, {
      headers: { authorization: `Bearer ${ada.token}` },
    })
    expect(body.items).toEqual([task])
    expect(statSync(join(DATA_DIR, 'secret')).mode & 0o777).toBe(0o600)
  })

  test('SIGKILL under load: every acknowledged task is there, and no lock', async () => {
    const DATA_DIR = dataDirectory()
    const first = await startProcess({ DATA_DIR })
    const ada = await newPerson(first.url)
    const acknowledged: string[] = []
    const write = async () => {
      for (;;) acknowledged.push((await ada.addTask()).id)
    }
    const writers = Promise.allSettled([write(), write(), write(), write()])
    await until(() => acknowledged.length >= 40)
    await first.end('SIGKILL')
    await writers
    const second = await startProcess({ DATA_DIR })
    const { body } = await send<Schemas['TaskPage']>(`${second.url}${ada.tasks}?limit=200`, {
      headers: { authorization: `Bearer ${ada.token}` },
    })
    expect(acknowledged.filter((id) => !body.items.some((item) => item.id === id))).toEqual([])
  })
})

test('SIGTERM lets a request that was accepted finish, and exits with 0', async () => {
  const server = await startProcess(await someDatabase())
  const body = JSON.stringify({ email: 'ada@example.org', password: 'correct horse' })
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  let text = ''
  const answered = new Promise<void>((resolve) =>
    socket
      .on('data', (chunk) => {
        text += chunk
      })
      .once('close', resolve),
  )
  socket.write(
    `POST /api/auth/signup HTTP/1.1\r\nhost: docket\r\nexpect: 100-continue\r\ncontent-type: ` +
      `application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  )
  await until(() => text.includes('100 Continue'))
  const ended = server.end('SIGTERM')
  await until(() => server.output().includes('"closing"'))
  socket.write(body)
  await answered
  expect(text).toMatch(/HTTP\/1\.1 201 Created/)
  expect(await ended).toBe(0)
})

test('`npm start` passes SIGTERM on: it ends with 0 and leaves no server behind', async () => {
  const server = await startProcess(
    { DATA_DIR: dataDirectory(), HOME: process.env.HOME ?? '', DATABASE_URL: '' },
    ['npm', 'start'],
  )
  expect(await server.end('SIGTERM')).toBe(0)
  await expect(fetch(`${server.url}/livez`)).rejects.toThrow()
})

test('METRICS_PORT: requests, statements, event loop; no personal labels', async () => {
  const port = await freePort()
  const server = await startProcess({
    ...(await someDatabase()),
    METRICS_PORT: String(port),
  })
  const ada = await newPerson(server.url)
  await ada.addTask()
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  await fetch(`${server.url}${ada.tasks}`)
  const before = await scrape()
  expect(before).toMatch(
    /docket_http_request_duration_seconds_count\{operation="createTask",status="201"\} 1/,
  )
  expect(before).toMatch(
    /docket_http_request_duration_seconds_count\{operation="listTasks",status="401"\} 1/,
  )
  expect(before).toMatch(/docket_database_statements \d/)
  expect(before).toMatch(/nodejs_eventloop_lag_p99_seconds [\d.]+/)
  for (let index = 0; index < 50; index += 1) await fetch(`${server.url}/api/${index}/${ada.id}`)
  const after = await scrape()
  expect(after).toMatch(
    /docket_http_request_duration_seconds_count\{operation="",status="404"\} 50/,
  )
  expect(after).not.toContain(ada.id)
  const series = (text: string) =>
    text.split('\n').filter((line) => line.startsWith('docket_http')).length
  expect(series(after) - series(before)).toBeLessThanOrEqual(16)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
  expect(await server.end('SIGTERM')).toBe(0)
})

test('a METRICS_PORT that is taken stops the start with one sentence', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const { code, output } = await startRefused({
    ...(await someDatabase()),
    METRICS_PORT: String(port),
    LOG_LEVEL: 'error',
  })
  expect([code, output.trim()]).toEqual([
    1,
    expect.stringMatching(`^METRICS_PORT ${port} is in use`),
  ])
})

/** Variables that lead a server to a database of the test's own. */
async function someDatabase(): Promise<Record<string, string>> {
  const { variables, drop } = await copyDatabase(false)
  onTestFinished(drop)
  return { DATA_DIR: emptyDirectory(), ...variables }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}
