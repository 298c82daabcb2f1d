import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Request, RequestHandler, Response } from 'express'
import type { RateLimits } from '../../config.ts'
import { ProblemError, problem } from '../../problems.ts'
import { networkOf, userOf } from './client.ts'
import { costOf, itemCostOf } from './cost.ts'
import type { Counters, Limit } from './counters.ts'

const MINUTE = 60
const DAY = 86_400

const isApi = (request: Request) => /^\/api(\/|$)/.test(request.path)
/** Sign-up and sign-in, where the user is not known before. */
const isSignIn = ({ locals: { operation } }: Response) =>
  operation?.asksPassword === true && !operation.needsCaller
/** An address range that is probably one organization: an IPv4 address, or an IPv6 /48 network. */
const siteOf = (address: string) => networkOf(address, 48)

/**
 * With a valid token, counts the cost for the user and for the network. Without, counts one request
 * for the network.
 */
export function limitRequests(limits: RateLimits | undefined, counters: Counters): RequestHandler {
  if (!limits) return (_request, _response, next) => next()
  const minute = (name: string, units: number, isShared = false) =>
    limiter(counters, { name, units, seconds: MINUTE }, isShared)
  const byUser = minute('user', limits.user)
  const byNetwork = minute('network', limits.network, true)
  const byAddress = minute('address', limits.address)
  const bySite = minute('site', limits.site, true)
  const bySignIn = minute('sign-in-address', limits.signInAddress)
  const bySignInSite = minute('sign-in-site', limits.signInSite)
  return async (request, response, next) => {
    if (!isApi(request)) return next()
    const { address, operation } = response.locals
    const user = userOf(response)
    const isOfMany = isIPv6(address)
    if (user !== undefined) {
      let charged = 0
      const charge = async (cost: number) => {
        // A request that costs more than the limit takes the whole limit.
        const taken = Math.min(cost, Math.min(limits.user, limits.network) - charged)
        charged += taken
        await byUser.count(user, response, taken)
        await byNetwork.count(siteOf(address), response, taken).catch(async (refusal: unknown) => {
          await byUser.giveBack(user, taken)
          throw refusal
        })
      }
      response.locals.charge = charge
      await charge(costOf(request, operation))
    } else {
      await byAddress.count(networkOf(address), response)
      if (isOfMany) await bySite.count(siteOf(address), response)
    }
    if (isSignIn(response)) {
      await bySignIn.count(networkOf(address), response)
      if (isOfMany) await bySignInSite.count(siteOf(address), response)
    }
    next()
  }
}

/** Charges the cost of the items in a body, once the body is read. */
export const chargeItems: RequestHandler = async (
  { body },
  { locals: { charge, operation } },
  next,
) => {
  const cost = operation ? itemCostOf(body, operation) : 0
  if (charge && cost > 0) await charge(cost)
  next()
}

/**
 * Where a password is asked for: attempts by account and network, and failed ones by account alone,
 * from devices that never signed in to it; and accounts that are made, by network. After
 * validation, because it reads the body.
 *
 * The second limit is higher and over a longer time, so that a stranger cannot lock the owner of an
 * account out of a device that the owner has used before (OWASP, "Slow Down Online Guessing Attacks
 * with Device Cookies"). A device that fails too often is one that never signed in, from then on.
 */
export function limitPasswords(limits: RateLimits | undefined, counters: Counters): RequestHandler {
  if (!limits) return (_request, _response, next) => next()
  const attempts = limiter(counters, {
    name: 'sign-in-account',
    units: limits.signInAccount,
    seconds: MINUTE,
  })
  const guesses = limiter(counters, {
    name: 'sign-in-guesses',
    units: limits.signInGuesses,
    seconds: limits.signInGuessSeconds,
  })
  const ofDevice = counters({ name: 'sign-in-device', units: limits.signInDevice, seconds: DAY })
  const signUps = limiter(counters, { name: 'sign-ups', units: limits.signUps, seconds: DAY })
  return async (_request, response, next) => {
    const { account, device, address, operation } = response.locals
    if (account === undefined) return next()
    const from = operation?.needsCaller ? userOf(response) : (device ?? networkOf(address))
    await attempts.count(`${account} ${from}`, response)
    if (!isSignIn(response)) return next()
    if (operation?.makesAccount) {
      await signUps.count(siteOf(address), response)
      response.once('finish', () => {
        if (response.statusCode >= 300) void signUps.giveBack(siteOf(address), 1)
      })
      return next()
    }
    // Only a 401 counts as a failure, not a request that the client aborts before the response.
    const isKnown = device !== undefined && (await ofDevice.add(device, 0)).remaining > 0
    if (!isKnown) {
      delete response.locals.device
      await guesses.count(account, response)
    }
    response.once('finish', () => {
      if (isKnown && response.statusCode === 401) void ofDevice.add(device, 1)
      // Only a wrong password counts as a guess, and a request that its client aborted.
      if (!isKnown && response.statusCode !== 401) void guesses.giveBack(account, 1)
    })
    next()
  }
}

/**
 * Bytes that are counted for a response without a body. A deleted task is kept in full, and no task
 * is longer.
 */
const BODILESS = 16_000

/**
 * Limits the bytes of responses that are kept for the idempotency keys of a user. They are counted
 * once their size is known, so the request that exceeds the limit is still done.
 *
 * At the limit, retries are refused as well: nothing is done twice while the keys are kept.
 */
export function limitKeptResponses(
  limits: RateLimits | undefined,
  counters: Counters,
): RequestHandler {
  if (!limits) return (_request, _response, next) => next()
  const counter = counters({ name: 'kept-bytes', units: limits.keptBytes, seconds: DAY })
  return async ({ headers }, response, next) => {
    const user = userOf(response)
    const isKeyed =
      response.locals.operation?.headerParameters.includes('Idempotency-Key') &&
      headers['idempotency-key'] !== undefined
    if (user === undefined || !isKeyed) return next()
    const { isOver, resetMs } = await counter.add(user, 0)
    if (isOver)
      throw new ProblemError(
        problem('rate_limited', { headers: { 'Retry-After': String(Math.ceil(resetMs / 1_000)) } }),
      )
    response.locals.countKept = () => {
      if (response.statusCode >= 300 || response.hasHeader('Idempotency-Replayed')) return
      void counter.add(user, Number(response.getHeader('content-length') ?? BODILESS))
    }
    next()
  }
}

interface Limiter {
  /** @throws {ProblemError} where it is too much */
  count(key: string, response: Response, cost?: number): Promise<void>
  giveBack(key: string, units: number): Promise<void>
}

/**
 * Counts requests, reports the count in the response headers, and refuses requests over the limit.
 *
 * @param isShared whether other users share the limit; then only a refusal reports it
 */
function limiter(counters: Counters, limit: Limit, isShared = false): Limiter {
  const counter = counters(limit)
  const { name, units, seconds } = limit
  return {
    async count(key, response, cost = 1) {
      const { remaining, resetMs, isOver } = await counter.add(key, cost)
      if (isShared && !isOver) return
      const reset = Math.ceil(resetMs / 1_000)
      const partition = partitionOf(key)
      tell(response, 'RateLimit-Policy', name, `q=${units}; w=${seconds}; pk=:${partition}:`)
      tell(response, 'RateLimit', name, `r=${remaining}; t=${reset}`)
      if (!isOver) return
      // The cost of a refused request is given back, so that cheaper requests still fit.
      if (cost > 1) await counter.giveBack(key, cost)
      throw new ProblemError(problem('rate_limited', { headers: { 'Retry-After': String(reset) } }))
    },
    giveBack: (key, taken) => counter.giveBack(key, taken),
  }
}

/** Keys whose partition is remembered: a hash costs more than everything else here. */
const REMEMBERED_KEYS = 10_000
const partitions = new Map<string, string>()

/**
 * The key that a limit counts by, in a form that does not reveal it
 * (draft-ietf-httpapi-ratelimit-headers-08).
 */
function partitionOf(key: string): string {
  const known = partitions.get(key)
  if (known !== undefined) return known
  if (partitions.size === REMEMBERED_KEYS) partitions.clear()
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const partition = Buffer.from(hash).toString('base64')
  partitions.set(key, partition)
  return partition
}

/** Replaces the value that an earlier count of this limit has set for the same request. */
function tell(response: Response, header: string, name: string, text: string): void {
  const others = [response.getHeader(header) ?? []].flat().map(String)
  response.set(header, [
    ...others.filter((each) => !each.startsWith(`"${name}"`)),
    `"${name}"; ${text}`,
  ])
}
