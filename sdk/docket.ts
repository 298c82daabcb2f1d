import { createClient } from './client.ts'
import type { Problem } from './contract.gen.ts'
import { ConflictError, DocketError, NoAnswerError, ProblemError, problemError } from './errors.ts'
import type { CallOptions, Calls, OperationId, Result, Results } from './operation-types.ts'
import { OPERATIONS } from './operations.gen.ts'
import { type Fetch, persistent, type RetryOptions } from './retry.ts'
import type { TokenSource } from './tokens.ts'
import { type Walks, walks } from './walks.ts'

export interface DocketOptions extends RetryOptions {
  /** The address of the server, without a trailing slash. */
  baseUrl: string
  /** Where access tokens come from. Without it, only the operations that need none can be called. */
  tokens?: TokenSource
  /** Another `fetch`; default: the global one. */
  fetch?: Fetch
  /** Called with each request before it goes out, every try of it, and with each answer. */
  onRequest?: (request: Request) => void
  onResponse?: (response: Response, request: Request) => void
  /** Called once a call is over. No token, body or query is ever in it. */
  log?: (entry: LogEntry) => void
  /** Called when the server no longer knows the session, before the call that found out fails. */
  onSessionOver?: () => void
}

export interface LogEntry {
  operation: string
  /** Of the answer; undefined where none came. */
  status?: number
  /** Why it failed. */
  error?: string
  /** Milliseconds, with all tries and waits. */
  ms: number
  /** For whoever looks it up in the log of the server; blank where no answer came. */
  requestId: string
}

export interface DocketClient extends Calls, Walks {
  /** Every operation in the style that answers `{ data, error, response }`. */
  result: Results
}

/**
 * Makes a client with a method for every operation of the contract, by its `operationId`.
 *
 * @example
 * const docket = createDocket({ baseUrl: 'http://127.0.0.1:8000', tokens: sessionTokens({ baseUrl: 'http://127.0.0.1:8000', sessionToken }) })
 * const task = await docket.createTask({ body: { title: 'Pay the rent' } })
 * await docket.updateTask({ task, body: { completed: true } })
 */
export function createDocket(options: DocketOptions): DocketClient {
  const { baseUrl, tokens, onSessionOver, log } = options
  const client = createClient({ baseUrl, ...(tokens ? { tokens: noticing(tokens, onSessionOver) } : {}), fetch: persistent(hooked(options), options) })

  async function settle(id: OperationId, input: Record<string, unknown> = {}, { signal, idempotencyKey }: CallOptions = {}): Promise<Result<unknown>> {
    const { method, path, type, keyed, conditional, text } = OPERATIONS[id] as Facts
    const { body, task, session, ...query } = input
    const header = {
      ...(keyed ? { 'Idempotency-Key': idempotencyKey ?? crypto.randomUUID() } : {}),
      ...(conditional && etagOf(task) ? { 'If-Match': etagOf(task) } : {}),
      ...(type && body !== undefined ? { 'Content-Type': typeof body === 'string' ? 'text/csv' : type } : {}),
    }
    try {
      const user_id = path.includes('{user_id}') ? await userOf(tokens) : ''
      const { data, error, response } = await (client.request as unknown as AnyRequest)(method.toLowerCase(), path, {
        params: { path: { user_id, task_id: idOf(task), session_id: idOf(session) }, query },
        headers: header,
        ...(body === undefined ? {} : { body, ...(typeof body === 'string' ? { bodySerializer: String } : {}) }),
        ...(text ? { parseAs: 'text' } : {}),
        ...(signal ? { signal } : {}),
      })
      if (response.ok) return { data, response }
      const refused = problemError(asProblem(error, response), response)
      if (refused.status === 412 && refused instanceof ConflictError && typeof task === 'object') {
        const { data: current } = await settle('getTask', { task: idOf(task) }, { ...(signal ? { signal } : {}) })
        Object.assign(refused, { read: task, current })
      }
      return { error: refused, response }
    } catch (error) {
      if (signal?.aborted) throw error
      return { error: error instanceof DocketError ? error : new NoAnswerError(error) }
    }
  }

  async function logged(id: OperationId, input?: object, options?: CallOptions): Promise<Result<unknown>> {
    const started = Date.now()
    const result = await settle(id, input as Record<string, unknown>, options)
    const { error, response } = result
    const facts = { ...(response ? { status: response.status } : {}), ...(error ? { error: error instanceof ProblemError ? error.code : error.name } : {}) }
    log?.({ operation: id, ...facts, ms: Date.now() - started, requestId: response?.headers.get('x-request-id') ?? '' })
    return result
  }

  async function call(id: OperationId, input?: object, options?: CallOptions): Promise<unknown> {
    const { data, error } = await logged(id, input, options)
    if (error) throw error
    return data
  }

  const ids = Object.keys(OPERATIONS) as OperationId[]
  const styled = <Style>(style: (id: OperationId, input?: never, options?: CallOptions) => Promise<unknown>) =>
    Object.fromEntries(ids.map((id) => [id, (input?: never, options?: CallOptions) => style(id, input, options)])) as Style
  const calls = styled<Calls>(call)

  return { ...calls, result: styled<Results>(logged), ...walks(calls) }
}

interface Facts {
  method: string
  path: string
  type?: string
  keyed?: true
  conditional?: true
  text?: true
}
type AnyRequest = (method: string, path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>

function hooked({ fetch = (request) => globalThis.fetch(request), onRequest, onResponse }: DocketOptions): Fetch {
  return async (request) => {
    onRequest?.(request)
    const response = await fetch(request)
    onResponse?.(response, request)
    return response
  }
}

/** Tells when a session is found to be over. */
function noticing(tokens: TokenSource, onSessionOver: (() => void) | undefined): TokenSource {
  return {
    get: () => tokens.get(),
    async renew(refused) {
      const renewed = await tokens.renew(refused)
      if (renewed === undefined) onSessionOver?.()
      return renewed
    },
  }
}

/** Who an access token speaks for; where there is none, nobody, whom the server refuses. */
async function userOf(tokens: TokenSource | undefined): Promise<string> {
  const [, claims = ''] = (await tokens?.get())?.split('.') ?? []
  if (claims === '') return 'me'
  return (JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { sub: string }).sub
}

const idOf = (target: unknown): string => (typeof target === 'string' ? target : ((target as { id?: string } | undefined)?.id ?? ''))
const etagOf = (target: unknown): string | undefined => (typeof target === 'object' ? (target as { etag?: string } | null)?.etag : undefined)

/** Whatever stands between may answer in its own way. */
function asProblem(error: unknown, { status, statusText, headers }: Response): Problem {
  if (typeof error === 'object' && error !== null && 'code' in error && 'detail' in error) return error as Problem
  const request_id = headers.get('x-request-id') ?? ''
  const code = status >= 500 ? 'service_unavailable' : 'invalid_request'
  return { type: 'about:blank', title: statusText, status, detail: `The answer ${status} is no problem of the contract`, instance: '', code, request_id }
}
