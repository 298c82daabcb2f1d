import { expect, onTestFinished, test, vi } from 'vitest'
import { knownDevices } from './devices.ts'

const { accountOf, tokenFor, cookieFor, deviceOf } = knownDevices('x'.repeat(32), true)
const ada = accountOf('ada@example.org')

test('a device is known by token or cookie, for its account only', () => {
  const token = tokenFor(ada)
  const [cookies] = cookieFor(accountOf('Ada@Example.org')).split(';')
  expect([deviceOf({ token }, ada), deviceOf({ cookies: `a=b; ${cookies}` }, ada)]).toEqual([
    expect.any(String),
    expect.any(String),
  ])
  for (const account of [accountOf('bob@example.org'), ''])
    expect(deviceOf({ token }, account)).toBeUndefined()
  expect(knownDevices('y'.repeat(32), true).deviceOf({ token }, ada)).toBeUndefined()
  for (const made of ['', '.', `${token}x`, token.replace(/^\d+/, '99999'), 'NaN-x.y'])
    expect(deviceOf({ token: made }, ada)).toBeUndefined()
})

test('a device is known for 400 days after it signed in, and not for longer', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const token = tokenFor(ada)
  vi.setSystemTime(Date.now() + 400 * 86_400_000)
  expect(deviceOf({ token }, ada)).toBeDefined()
  vi.setSystemTime(Date.now() + 2 * 86_400_000)
  expect(deviceOf({ token }, ada)).toBeUndefined()
})
