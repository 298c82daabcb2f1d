import type { Calls, Raws, Results } from './calls.gen.ts'
import { authorized, createClient } from './client.ts'
import {
  AuthenticationError,
  ConflictError,
  DocketError,
  ForeignResponse,
  NoResponseError,
  ProblemError,
} from './errors.ts'
import type { CallOptions, OperationId, Result } from './operation-types.ts'
import { OPERATIONS } from './operations.gen.ts'
import { isAbout, type Recognised, recognise } from './recognise.ts'
import { DEFAULT_TIMEOUT, persistent, type RetryOptions, within } from './retry.ts'
import { type Fetch, globalFetch, sessionTokens, type TokenSource } from './tokens.ts'
import { type Walks, walks } from './walks.ts'

export interface DocketOptions extends RetryOptions {
  /** The address of the server. */
  baseUrl: string
  /** The `session_token` that `signup` or `login` answered to an earlier run of the program. */
  sessionToken?: string | undefined
  /**
   * Where access tokens come from instead; then signing in and out by this client does not change
   * who it speaks for.
   */
  tokens?: TokenSource | undefined
  /** Another `fetch`; default: the global one. */
  fetch?: Fetch | undefined
  /**
   * Called with each request before it goes out, every try of it, and with each response. May read
   * a body of a `clone()` only, and must not throw.
   */
  onRequest?: ((request: Request) => void) | undefined
  onResponse?: ((response: Response, request: Request) => void) | undefined
  /** Called once a call is over; must not throw. No token, body or query is ever in it. */
  log?: ((entry: LogEntry) => void) | undefined
  /** Called once when the session turns out to be over, before the call that found out fails. */
  onSessionOver?: (() => void) | undefined
}

export interface LogEntry {
  operation: string
  /** Of the response; undefined where none came. */
  status: number | undefined
  /**
   * Why it failed: the code of the problem, or the name of the error; undefined where it did not.
   */
  error: string | undefined
  /** Milliseconds, with all tries and waits. */
  ms: number
  /** Names the request in the log of the server; blank where no response came. */
  requestId: string
}

export interface DocketClient extends Calls, Walks {
  /** Every operation in the style that returns `{ data, error, response }`. */
  result: Results
  /**
   * Every operation, answered by a `Response` whose body is not read yet, so that a file need not
   * fit into memory. Throws what the others throw.
   * Signing in or out this way does not change who the client speaks for.
   */
  raw: Raws
}

/**
 * Makes a client with a method for every operation of the contract, by its `operationId`. `signup`
 * and `login` (in a browser `signUpEmail` and `signInEmail`) sign this client in, `logout` and
 * `signOut` out; in a browser that has a session already it is used.
 *
 * @throws {TypeError} where `baseUrl` is no address, or `sessionToken` no token
 * @example
 * const docket = createDocket({ baseUrl: 'http://127.0.0.1:8000' })
 * await docket.login({ body: { email, password } })
 * const task = await docket.createTask({ body: { title: 'Pay the rent' } })
 * await docket.updateTask({ task, body: { completed: true } })
 */
export function createDocket(options: DocketOptions): DocketClient {
  const { baseUrl, log, onSessionOver, timeout = DEFAULT_TIMEOUT } = options
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl))
    throw new TypeError('baseUrl must be an http or https URL')
  // In a message of `fetch` it would be readable.
  if (/[^\x21-\x7e]/.test(options.sessionToken ?? ''))
    throw new TypeError('sessionToken is not valid')
  const fetch = hooked(options)
  const client = createClient({ baseUrl })
  let current = sessionOf(options.sessionToken)

  /**
   * The session of a token. With `undefined` it is the session of the browser's cookie, with `null`
   * none. A call stays in the session in which it started, even if another user signs in during the
   * call.
   */
  function sessionOf(token: string | undefined | null): Session {
    const address = `getToken at ${baseUrl}`
    const ask: Fetch = (request) =>
      persistent(fetch, { ...options, address, recognise: recognise.bind(null, 'getToken') })(
        request,
      )
    const source =
      options.tokens ??
      (token === null ? undefined : sessionTokens({ baseUrl, sessionToken: token, fetch: ask }))
    let isSignedIn = !!token
    const notice = async (asking?: Promise<string | undefined>) => {
      let ended: AuthenticationError | undefined
      const found = await asking?.catch((error) => {
        if (!(error instanceof AuthenticationError))
          throw error instanceof DocketError ? error : new NoResponseError(error, address)
        ended = error
        return undefined
      })
      const isOver = isSignedIn && found === undefined
      isSignedIn = found !== undefined
      if (isOver && session === current) onSessionOver?.()
      if (ended) throw ended
      return found
    }
    const session: Session = {
      token,
      tokens: {
        get: () => notice(source?.get()),
        renew: (refused) => notice(source?.renew(refused)),
      },
    }
    return session
  }

  async function settle(
    id: OperationId,
    input: Record<string, unknown> = {},
    { signal, idempotencyKey, headers }: CallOptions = {},
    isRaw = false,
    session = current,
  ): Promise<Result<unknown>> {
    const { method, path, isPatch, isKeyed, isConditional, needsSession } = OPERATIONS[id]
    const [, parameter = ''] = /\{((?!user)\w+)\}/.exec(path) ?? []
    const name = parameter.replace('_id', '')
    const { body, [name]: read, ...query } = input
    const { id: target = '', etag } = targeted(read)
    if (name && !target)
      throw new TypeError(`${id} needs a ${name}${name === parameter ? '' : ', or its id'}`)
    // What is named by something else than its id does not come back with its response.
    const targetId = name === parameter ? '' : target
    const isText = typeof body === 'string'
    const address = `${id} at ${baseUrl}`
    let recognised: Recognised = {}
    let failure: unknown
    const send = persistent(authorized(fetch, session.tokens), {
      ...options,
      address,
      isRaw,
      recognise(response, text) {
        recognised = recognise(id, response, text)
        if (!isRaw && !recognised.error && !isAbout(id, { targetId, body }, recognised.data))
          throw new ForeignResponse(response)
        return recognised
      },
      onFailure(error) {
        failure = error
      },
    })
    const call = async (over: AbortSignal): Promise<Result<unknown>> => {
      const user_id = path.includes('{user_id}') ? userOf(await session.tokens.get()) : ''
      const request: AnyRequest = Object(client).request
      const { data, response } = await request(method, path, {
        params: { path: { user_id, [parameter]: target }, query },
        headers: {
          'Idempotency-Key': isKeyed && (idempotencyKey ?? crypto.randomUUID()),
          'If-Match': isConditional && etag,
          'Content-Type': isText ? 'text/csv' : isPatch && 'application/merge-patch+json',
          Authorization: needsSession && session.token ? `Bearer ${session.token}` : undefined,
          ...headers,
        },
        body,
        bodySerializer: isText ? String : JSON.stringify,
        parseAs: 'stream',
        fetch: send,
        signal: over,
      })
      const { error } = recognised
      if (!error && isRaw) return { data, response }
      if (!error) {
        entered(id, recognised.data, session)
        return { data: recognised.data, response }
      }
      if (error.status === 412 && error instanceof ConflictError && etag) {
        const { data: current } = await settle(
          readerOf(name),
          { [name]: targetId },
          { signal: over },
          false,
          session,
        )
        Object.assign(error, { read, current })
      }
      return { error, response }
    }
    try {
      return await within(
        timeout,
        signal,
        call,
        (reason) =>
          new NoResponseError(
            failure instanceof NoResponseError ? failure.cause : (failure ?? reason),
            address,
            true,
          ),
      )
    } catch (error) {
      if (error instanceof DocketError) return { error }
      throw error
    }
  }

  /** Updates the session of this client after a successful operation. */
  function entered(id: OperationId, data: unknown, session: Session): void {
    if (options.tokens) return
    const granted: string | undefined = Object(data).session_token
    if (granted || IN_A_BROWSER.includes(id)) current = sessionOf(granted)
    if (LEAVING.includes(id) && session === current) current = sessionOf(null)
  }

  async function result(
    id: OperationId,
    input?: object,
    callOptions?: CallOptions,
    isRaw?: boolean,
  ): Promise<Result<unknown>> {
    const started = Date.now()
    const report = (error: Error | undefined, response?: Response) =>
      log?.({
        operation: id,
        status: response?.status,
        error: error instanceof ProblemError ? error.code : error?.name,
        ms: Date.now() - started,
        requestId: response?.headers.get('x-request-id') ?? '',
      })
    const settled = await settle(id, { ...input }, callOptions, isRaw).catch((error) => {
      report(error)
      throw error
    })
    report(settled.error, settled.response)
    return settled
  }

  const thrown = async (...parameters: Parameters<typeof result>) => {
    const settled = await result(...parameters)
    if (settled.error) throw settled.error
    return settled
  }

  async function raw(
    id: OperationId,
    input?: object,
    callOptions?: CallOptions,
  ): Promise<Response> {
    const { response } = await thrown(id, input, callOptions, true)
    // The signal of the request does not cover a body that is read later.
    return new Response(
      response.body?.pipeThrough(new TransformStream(), Object({ signal: callOptions?.signal })),
      response,
    )
  }

  const call = async (id: OperationId, input?: object, callOptions?: CallOptions) =>
    (await thrown(id, input, callOptions)).data
  const calls = styled<Calls>(call)
  return { ...calls, result: styled<Results>(result), raw: styled<Raws>(raw), ...walks(calls) }
}

interface Session {
  token: string | undefined | null
  tokens: TokenSource
}

const IN_A_BROWSER: OperationId[] = ['signUpEmail', 'signInEmail']
const LEAVING: OperationId[] = ['logout', 'signOut', 'deleteAccount']

/** A method for each operation. */
function styled<Style>(
  style: (id: OperationId, input?: object, options?: CallOptions) => Promise<unknown>,
): Style {
  return Object.fromEntries(
    (Object.keys(OPERATIONS) as OperationId[]).map((id) => [id, style.bind(null, id)]),
  ) as Style
}

type AnyRequest = (
  method: string,
  path: string,
  init: object,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>

function hooked({ fetch = globalFetch, onRequest, onResponse }: DocketOptions): Fetch {
  return async (request) => {
    onRequest?.(request)
    const response = await fetch(request)
    onResponse?.(response, request)
    return response
  }
}

/** The user of an access token; `me` where it cannot be read, which the server refuses. */
function userOf(token: string | undefined): string {
  try {
    const [, claims = ''] = token?.split('.') ?? []
    return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).sub ?? 'me'
  } catch {
    return 'me'
  }
}

/** The operation that reads one resource of the kind that has this name in paths. */
const readerOf = (name: string) =>
  (Object.keys(OPERATIONS) as OperationId[]).find(
    (id) => OPERATIONS[id].method === 'get' && OPERATIONS[id].path.endsWith(`{${name}_id}`),
  ) as OperationId

/** A resource or session, or its id alone. */
const targeted = (target: unknown): { id?: string; etag?: string } =>
  typeof target === 'string' ? { id: target } : (target ?? {})
