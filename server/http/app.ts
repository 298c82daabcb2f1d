import cors from 'cors'
import express, { type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import { type Config, isTrustedOrigin } from '../config.ts'
import type { Handlers } from '../contract/handlers.ts'
import { type Problem, ProblemError, problem } from '../problems.ts'
import { dispatch } from './dispatch.ts'
import { type AccountNames, noteAccount } from './limits/account.ts'
import { limitConcurrency } from './limits/concurrency.ts'
import { type Counters, memoryCounters } from './limits/counters.ts'
import {
  chargeItems,
  limitKeptResponses,
  limitPasswords,
  limitRequests,
} from './limits/rate-limit.ts'
import { authenticate, authorize, type Identify } from './request/authorize.ts'
import { askForBody, noticeEmptyBody, readBody } from './request/body.ts'
import { readAddress } from './request/client-address.ts'
import { negotiate } from './request/negotiate.ts'
import { normaliseContent, normaliseTarget } from './request/normalise.ts'
import { type Observe, requestLog } from './request/request-log.ts'
import { findOperation, refuseUnrouted } from './request/routing.ts'
import { validate } from './request/validate.ts'
import { handleErrors } from './response/send.ts'
import { validateResponses } from './response/validate-responses.ts'

export interface AppOptions {
  config: Config
  handlers: Handlers
  identify: Identify
  /** What is served outside the contract: the web app, the docs, the contract's bytes. */
  pages: RequestHandler
  log: Logger
  accounts: AccountNames
  /** Whether what is written can be stored. */
  hasRoom: () => boolean
  /** Where requests are counted; absent: in this process. */
  counters?: Counters | undefined
  observe?: Observe | undefined
  /** The problem of an error that another part threw, such as a database that is away. */
  problemFor: (error: unknown) => Problem | undefined
}

/** The journey of a request, in its order. */
export function createApp({
  config,
  handlers,
  identify,
  pages,
  log,
  accounts,
  hasRoom,
  counters = memoryCounters,
  observe,
  problemFor,
}: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  // The contract decides which responses may be a 304. Express would turn every response to a
  // request with `If-None-Match: *` into one.
  Object.defineProperty(app.request, 'fresh', { value: false })
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.set('query parser', 'simple')
  app.set('trust proxy', config.trustProxy)

  app.use(requestLog(log, observe), readAddress, securityHeaders(config), normaliseTarget)
  app.use(varyByOrigin, crossOrigin(config))
  app.use(findOperation)
  app.use(ofOperations(normaliseContent, ...validateResponses))
  app.use(authenticate(identify), limitRequests(config.rateLimits, counters), refuseUnrouted)
  app.use(
    ofOperations(
      authorize,
      askForBody,
      noticeEmptyBody,
      negotiate,
      readBody,
      validate,
      chargeItems,
      noteAccount(accounts),
      limitPasswords(config.rateLimits, counters),
      limitKeptResponses(config.rateLimits, counters),
      refuseWhenFull(hasRoom),
      limitConcurrency(),
      dispatch(handlers, log),
    ),
  )
  app.use(pages)
  const catchError = handleErrors(log, problemFor)
  // Registered twice, because a problem that the contract does not declare is an error, too.
  app.use(catchError, catchError)
  return app
}

/**
 * If the disk is nearly full, tasks can be read and deleted, but nothing can be added
 * (`x-needs-room`).
 */
function refuseWhenFull(hasRoom: () => boolean): RequestHandler {
  return (_request, response, next) => {
    next(
      response.locals.operation?.needsRoom && !hasRoom()
        ? new ProblemError(problem('service_unavailable'))
        : undefined,
    )
  }
}

/** Stages that only an operation of the contract passes. */
function ofOperations(...stages: RequestHandler[]): RequestHandler {
  const router = express.Router({ caseSensitive: true, strict: true }).use(...stages)
  return (request, response, next) =>
    response.locals.operation ? router(request, response, next) : next()
}

function securityHeaders(config: Config): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: config.baseUrl.startsWith('https:')
      ? { maxAge: 31_536_000, includeSubDomains: config.hstsSubdomains }
      : false,
    xFrameOptions: { action: 'deny' },
  })
}

/** Also set if the origin is refused: a cache must not serve that response to a trusted page. */
const varyByOrigin: RequestHandler = (_request, response, next) => {
  response.vary('Origin')
  next()
}

function crossOrigin(config: Config): RequestHandler {
  return cors({
    origin: (origin, done) =>
      done(null, origin !== undefined && isTrustedOrigin(config, origin) ? origin : false),
    credentials: true,
    maxAge: 600,
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'If-Match',
      'If-None-Match',
      'Idempotency-Key',
      'X-Request-Id',
      'X-Requested-With',
      'traceparent',
      'tracestate',
      'baggage',
    ],
    exposedHeaders: [
      'Content-Disposition',
      'ETag',
      'Idempotency-Replayed',
      'Location',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'X-Request-Id',
      'traceparent',
    ],
    preflightContinue: true,
  })
}
