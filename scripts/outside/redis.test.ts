import { expect, test } from 'vitest'
import { freePort } from '../../server/testing/network/free-port.ts'
import { newPerson, send } from '../../server/testing/person.ts'
import { startService } from '../../server/testing/service.ts'
import { startRedis } from './redis.ts'

test('two servers share limits through Redis, and go on without it', async () => {
  const port = await freePort()
  const environment = {
    RATE_LIMIT: 'on',
    RATE_LIMIT_SIGN_IN_ADDRESS: '4',
    REDIS_URL: `redis://127.0.0.1:${port}`,
  }
  // One of them is there before Redis.
  const left = await startService({ environment })
  expect((await send(`${left.url}/api/auth/get-session`)).status).toBe(200)
  const first = await startRedis(port)
  const right = await startService({ environment })
  while (!left.log.some((line) => line.includes('limits are shared')))
    await new Promise(setImmediate)
  const ada = await newPerson(left.url)
  let attempt = 0
  const signIn = async (url: string) => {
    attempt += 1
    return (
      await send(`${url}/api/auth/login`, {
        method: 'POST',
        json: { email: `${attempt}@example.org`, password: 'wrong horse' },
      })
    ).status
  }
  expect([
    await signIn(left.url),
    await signIn(right.url),
    await signIn(left.url),
    await signIn(right.url),
  ]).toEqual([401, 401, 401, 429])

  first.kill('SIGSTOP')
  expect((await send(`${left.url}/api/auth/get-session`)).status).toBe(200)
  first.kill('SIGCONT')

  const gone = new Promise((resolve) => first.once('exit', resolve))
  first.kill('SIGKILL')
  await gone
  expect((await ada.send(ada.tasks)).status).toBe(200)
  expect(left.log.join('')).toContain('redis is away')

  await startRedis(port)
  const isShared = () =>
    left.log.filter((line) => line.includes('limits are shared')).length > 1 &&
    right.log.filter((line) => line.includes('limits are shared')).length > 1
  while (!isShared()) await new Promise(setImmediate)
  expect([
    await signIn(left.url),
    await signIn(right.url),
    await signIn(left.url),
    await signIn(right.url),
    await signIn(left.url),
  ]).toEqual([401, 401, 401, 401, 429])
}, 120_000)
