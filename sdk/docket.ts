import type { Calls, Raws, Results } from './calls.gen.ts'
import { authorized, createClient } from './client.ts'
import { ConflictError, DocketError, NoAnswerError, ProblemError, refusal } from './errors.ts'
import type { CallOptions, OperationId, Result } from './operation-types.ts'
import { OPERATIONS } from './operations.gen.ts'
import { persistent, type RetryOptions, within } from './retry.ts'
import { type Fetch, sessionTokens, type TokenSource } from './tokens.ts'
import { type Walks, walks } from './walks.ts'

export interface DocketOptions extends RetryOptions {
  /** The address of the server, without a trailing slash. */
  baseUrl: string
  /** The `session_token` that `signup` or `login` answered to an earlier run of the program. */
  sessionToken?: string
  /** Where access tokens come from instead; then signing in and out by this client does not change who it speaks for. */
  tokens?: TokenSource
  /** Another `fetch`; default: the global one. */
  fetch?: Fetch
  /** Called with each request before it goes out, every try of it, and with each answer. */
  onRequest?: (request: Request) => void
  onResponse?: (response: Response, request: Request) => void
  /** Called once a call is over. No token, body or query is ever in it. */
  log?: (entry: LogEntry) => void
  /** Called once when the session turns out to be over, before the call that found out fails. */
  onSessionOver?: () => void
}

export interface LogEntry {
  operation: string
  /** Of the answer; undefined where none came. */
  status?: number
  /** Why it failed: the code of the problem, or the name of the error. */
  error?: string
  /** Milliseconds, with all tries and waits. */
  ms: number
  /** For whoever looks it up in the log of the server; blank where no answer came. */
  requestId: string
}

export interface DocketClient extends Calls, Walks {
  /** Every operation in the style that answers `{ data, error, response }`. */
  result: Results
  /**
   * Every operation, answered by the `Response` itself, its body not read yet, so that a file need not fit into memory. Throws what the others throw.
   * Signing in or out this way does not change who the client speaks for.
   */
  raw: Raws
}

/**
 * Makes a client with a method for every operation of the contract, by its `operationId`. `signup` and `login` (in a browser `signUpEmail` and
 * `signInEmail`) sign this client in, `logout` and `signOut` out; in a browser that has a session already it is used.
 *
 * @example
 * const docket = createDocket({ baseUrl: 'http://127.0.0.1:8000' })
 * await docket.login({ body: { email, password } })
 * const task = await docket.createTask({ body: { title: 'Pay the rent' } })
 * await docket.updateTask({ task, body: { completed: true } })
 */
export function createDocket(options: DocketOptions): DocketClient {
  const { baseUrl, log, onSessionOver, timeout = 60_000 } = options
  const fetch = hooked(options)
  let session: string | undefined
  let tokens: TokenSource | undefined
  let isSignedIn = false
  enter(options.sessionToken)

  /** Speaks from now on for this session; undefined: that of the browser's cookie, null: none. */
  function enter(sessionToken: string | undefined | null): void {
    session = sessionToken ?? undefined
    isSignedIn = session !== undefined
    tokens = options.tokens ?? (sessionToken === null ? undefined : sessionTokens({ baseUrl, sessionToken, fetch: persistent(fetch, options) }))
  }

  async function token(ask: (source: TokenSource) => Promise<string | undefined>): Promise<string | undefined> {
    const asked = tokens
    const found = asked && (await ask(asked))
    // What is heard of a session that this client has left meanwhile says nothing of the one it is in.
    if (asked !== tokens) return found
    const isOver = isSignedIn && found === undefined
    isSignedIn = found !== undefined
    if (isOver) onSessionOver?.()
    return found
  }
  const current: TokenSource = { get: () => token((source) => source.get()), renew: (refused) => token((source) => source.renew(refused)) }
  const client = createClient({ baseUrl, fetch: persistent(authorized(fetch, current), options) })

  async function settle(id: OperationId, input: Record<string, unknown> = {}, options: CallOptions = {}, parseAs?: 'stream'): Promise<Result<unknown>> {
    const { signal, idempotencyKey, headers } = options
    const [method, path, ...facts] = OPERATIONS[id].split(' ') as [string, string, ...string[]]
    const is = (fact: string) => facts.includes(fact)
    const { body, task, session: target, ...query } = input
    const isText = typeof body === 'string'
    try {
      const user_id = path.includes('{user_id}') ? userOf(await within(timeout, signal, current.get)) : ''
      const { data, error, response } = await (client.request as unknown as AnyRequest)(method, path, {
        params: { path: { user_id, task_id: idOf(task), session_id: idOf(target) }, query },
        headers: {
          'Idempotency-Key': is('keyed') ? (idempotencyKey ?? crypto.randomUUID()) : undefined,
          'If-Match': is('conditional') ? etagOf(task) : undefined,
          'Content-Type': isText ? 'text/csv' : is('patch') ? 'application/merge-patch+json' : undefined,
          Authorization: is('session') && session ? `Bearer ${session}` : undefined,
          ...headers,
        },
        body,
        bodySerializer: isText ? String : JSON.stringify,
        parseAs: parseAs ?? (is('text') ? 'text' : 'json'),
        signal: signal ?? null,
      })
      if (response.ok || (parseAs && response.status === 304)) {
        if (!parseAs) entered(id, data)
        return { data, response }
      }
      const refused = refusal(error, response)
      if (refused.status === 412 && refused instanceof ConflictError && typeof task === 'object') {
        const { data: current } = await settle('getTask', { task: idOf(task) }, { signal })
        Object.assign(refused, { read: task, current })
      }
      return { error: refused, response }
    } catch (error) {
      if (error instanceof DocketError) return { error }
      // A success whose body is not JSON: whatever stands between has answered.
      if (error instanceof SyntaxError) return { error: new NoAnswerError(error) }
      throw error
    }
  }

  /** Who this client speaks for once an operation has succeeded. */
  function entered(id: OperationId, data: unknown): void {
    const granted = (data as { session_token?: string } | undefined)?.session_token
    if (granted !== undefined) enter(granted)
    if (IN_A_BROWSER.includes(id)) enter(undefined)
    if (LEAVING.includes(id)) enter(null)
  }

  async function result(id: OperationId, input?: object, options?: CallOptions, parseAs?: 'stream'): Promise<Result<unknown>> {
    const started = Date.now()
    const report = (error: Error | undefined, response?: Response) =>
      log?.({
        operation: id,
        ...(response ? { status: response.status } : {}),
        ...(error ? { error: error instanceof ProblemError ? error.code : error.name } : {}),
        ms: Date.now() - started,
        requestId: response?.headers.get('x-request-id') ?? '',
      })
    try {
      const settled = await settle(id, input as Record<string, unknown>, options, parseAs)
      report(settled.error, settled.response)
      return settled
    } catch (error) {
      report(error as Error)
      throw error
    }
  }

  async function raw(id: OperationId, input?: object, options?: CallOptions): Promise<Response> {
    const { error, response } = await result(id, input, options, 'stream')
    if (error) throw error
    return response
  }

  async function call(id: OperationId, input?: object, options?: CallOptions): Promise<unknown> {
    const { data, error } = await result(id, input, options)
    if (error) throw error
    return data
  }

  const calls = styled<Calls>(call)
  return { ...calls, result: styled<Results>(result), raw: styled<Raws>(raw), ...walks(calls) }
}

const IN_A_BROWSER: OperationId[] = ['signUpEmail', 'signInEmail']
const LEAVING: OperationId[] = ['logout', 'signOut', 'deleteAccount']

/** A method for each operation. */
function styled<Style>(style: (id: OperationId, input?: object, options?: CallOptions) => Promise<unknown>): Style {
  const ids = Object.keys(OPERATIONS) as OperationId[]
  return Object.fromEntries(ids.map((id) => [id, (input?: object, options?: CallOptions) => style(id, input, options)])) as Style
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

/** Who an access token speaks for; where that cannot be read, nobody, whom the server refuses. */
function userOf(token = ''): string {
  try {
    const [, claims = ''] = token.split('.')
    return (JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { sub: string }).sub
  } catch {
    return 'me'
  }
}

const idOf = (target: unknown): string => (typeof target === 'string' ? target : ((target as { id?: string } | undefined)?.id ?? ''))
const etagOf = (target: unknown): string | undefined => (typeof target === 'object' ? (target as { etag?: string } | null)?.etag : undefined)
