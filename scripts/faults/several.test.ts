import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { components } from '../../sdk/contract.gen.ts'
import { freePort } from '../../server/testing/network/free-port.ts'
import { newPerson, send } from '../../server/testing/person.ts'
import type { ServerProcess } from '../../server/testing/process.ts'
import { install, works } from '../outside/program.ts'
import { startRedis } from '../outside/redis.ts'
import { note } from './report.ts'
import { breakable, people, restartable } from './world.ts'
import { startWriters } from './writers.ts'

type Problem = components['schemas']['Problem']

/** Sign-ins a minute from one address. */
const SIGN_INS = 6

/**
 * HAProxy before servers at these ports, as deploy/haproxy.cfg has it; and how often it has found
 * one up again that was down.
 */
async function startProxy(
  ports: number[],
): Promise<{ url: string; timesUp(port: number): number }> {
  if (!works('haproxy', '-v')) install('haproxy')
  const directory = mkdtempSync(join(tmpdir(), 'docket-haproxy-'))
  const port = await freePort()
  const servers = ports.map((each) => `  server docket${each} 127.0.0.1:${each}`).join('\n')
  const configuration = readFileSync('deploy/haproxy.cfg', 'utf8')
    .replace('bind :80', `bind 127.0.0.1:${port}`)
    .replace(/ {2}server docket1.*/s, `${servers}\n`)
  writeFileSync(join(directory, 'haproxy.cfg'), configuration)
  const proxy = spawn('haproxy', ['-db', '-f', join(directory, 'haproxy.cfg')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  proxy.stderr.on('data', (chunk) => {
    said += chunk
  })
  onTestFinished(() => {
    proxy.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${port}`
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await wait(20)
  return { url, timesUp: (each) => said.split(`docket${each} is UP`).length - 1 }
}

test.each([2, 4])(
  '%i servers behind HAProxy share limits and sign-outs, and restart unseen',
  async (count) => {
    const cluster = await breakable()
    const redisPort = await freePort()
    const redis = await startRedis(redisPort)
    const environment = {
      DATABASE_URL: cluster.url,
      BETTER_AUTH_SECRET: 'x1'.repeat(32),
      RATE_LIMIT: 'on',
      RATE_LIMIT_USER: '1000000',
      RATE_LIMIT_NETWORK: '1000000000',
      RATE_LIMIT_KEPT_BYTES: '1000000000',
      RATE_LIMIT_SIGN_UPS: '1000',
      RATE_LIMIT_ADDRESS: '1000000',
      RATE_LIMIT_SIGN_IN_ADDRESS: String(SIGN_INS),
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      TRUST_PROXY: '1',
    }
    const places = await Promise.all(Array.from({ length: count }, () => restartable(environment)))
    const servers: ServerProcess[] = await Promise.all(places.map(({ start }) => start()))
    const { url, timesUp } = await startProxy(
      places.map((place) => Number(new URL(place.url).port)),
    )

    // Sign-out on one is 401 on all, at the next request.
    const ada = await newPerson(url)
    const statuses = () =>
      Promise.all(
        places.map(
          async (place) =>
            (
              await send(`${place.url}${ada.tasks}`, {
                headers: { authorization: `Bearer ${ada.token}` },
              })
            ).status,
        ),
      )
    expect(await statuses()).toEqual(places.map(() => 200))
    expect(
      (
        await send(`${places[0]?.url}/api/auth/logout`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ada.token}` },
        })
      ).status,
    ).toBe(200)
    expect(await statuses()).toEqual(places.map(() => 401))

    // A rolling restart: every request is answered, and no write is refused.
    const writing = await people(url, 3)
    const writers = startWriters(url, writing, false)
    let recovery = 0
    for (const [index, place] of places.entries()) {
      await writers.recovery()
      expect(await (servers[index] as ServerProcess).end('SIGTERM')).toBe(0)
      servers[index] = await place.start()
      // The next one goes when the proxy has this one back.
      while (timesUp(Number(new URL(place.url).port)) === 0) await wait(20)
      recovery = Math.max(recovery, await writers.recovery())
    }
    const account = await writers.end()
    note({
      fault: `rolling restart of ${count} servers behind HAProxy`,
      times: count,
      recovery,
      ...account,
    })
    expect(account).toMatchObject({ lost: 0, doubled: 0, refused: 0, faults: [] })

    // Limits: whichever server it comes to, it is the same count. The proxy says whose address it
    // is.
    let attempt = 0
    const signIn = async (address: string, to = url) => {
      attempt += 1
      const headers = { 'x-forwarded-for': address }
      return (
        await send(`${to}/api/auth/login`, {
          method: 'POST',
          headers,
          json: { email: `unknown${attempt}@example.org`, password: 'wrong horse' },
        })
      ).status
    }
    const signIns = async (address: string, tries: number, where: (index: number) => string) => {
      const all: number[] = []
      for (let index = 0; index < tries; index += 1) all.push(await signIn(address, where(index)))
      return all
    }
    const inTurns = (index: number) => places[index % count]?.url as string
    const limited = [...Array.from({ length: SIGN_INS }, () => 401), 429, 429]
    expect(await signIns('203.0.113.1', limited.length, inTurns)).toEqual(limited)

    // Without Redis the service goes on, each server counts for itself, and the log says so.
    const gone = new Promise((resolve) => redis.once('exit', resolve))
    redis.kill('SIGKILL')
    await gone
    expect(await signIns('203.0.113.2', limited.length, () => inTurns(0))).toEqual(limited)
    expect(await signIn('203.0.113.2', inTurns(1))).toBe(401)
    for (const server of servers) expect(server.output()).toContain('redis is away')

    const shared = () =>
      servers.every((server) => (server.output().match(/limits are shared/g)?.length ?? 0) > 1)
    await startRedis(redisPort)
    while (!shared()) await wait(20)
    expect(await signIns('203.0.113.3', limited.length, inTurns)).toEqual(limited)

    // Where no server is left, the proxy speaks as they do.
    await Promise.all(servers.map((server) => server.end('SIGTERM')))
    const { status, headers, body } = await send<Problem>(`${url}/readyz`)
    expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([
      503,
      'application/problem+json',
      '1',
    ])
    expect(body).toMatchObject({
      status,
      code: 'service_unavailable',
      request_id: headers.get('x-request-id'),
    })
    expect(body.instance).toMatch(/^urn:docket:request:[0-9a-f-]{36}$/)
  },
)
