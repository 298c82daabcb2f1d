import createFetchClient from 'openapi-fetch'
import { authorized } from './client.ts'
import type { operations, Problem, paths, Task, TaskChanges, TaskList } from './contract.gen.ts'
import { ConflictError, DocketError, NoAnswerError, ProblemError, problemError } from './errors.ts'
import { OPERATIONS } from './operations.gen.ts'
import { type Fetch, persistent, type RetryOptions } from './retry.ts'
import type { TokenSource } from './tokens.ts'

type OperationId = keyof operations
type Parameters<Op extends OperationId, In extends 'path' | 'query'> = operations[Op]['parameters'] extends { [K in In]?: infer P }
  ? [Exclude<P, undefined>] extends [never]
    ? unknown
    : Exclude<P, undefined>
  : unknown
type Query<Op extends OperationId> = operations[Op]['parameters'] extends { query?: infer Q } ? ([Q] extends [undefined] ? unknown : NonNullable<Q>) : unknown
type Target<Op extends OperationId> =
  Parameters<Op, 'path'> extends { task_id: string }
    ? {
        /** A task as it came back, whose version is then asked for with `If-Match`, or an id, to do it whatever the version is. */ task:
          | string
          | Pick<Task, 'id' | 'etag'>
      }
    : Parameters<Op, 'path'> extends { session_id: string }
      ? { session: string | { id: string } }
      : unknown
type Body<Op extends OperationId> = operations[Op] extends { requestBody: { content: infer C } }
  ? { body: C[keyof C] }
  : operations[Op] extends { requestBody?: { content: infer C } }
    ? { body?: C[keyof C] }
    : unknown

/** What an operation takes: its query and body, and the task or session it is about. The user is that of the token. */
export type Input<Op extends OperationId> = Target<Op> & Query<Op> & Body<Op>

type Success = 200 | 201 | 204
/** What an operation answers when it succeeds. */
export type Output<Op extends OperationId> = {
  [Status in keyof operations[Op]['responses'] & Success]: operations[Op]['responses'][Status] extends { content: infer C } ? C[keyof C] : undefined
}[keyof operations[Op]['responses'] & Success]

export interface CallOptions {
  signal?: AbortSignal
  /** For a write; without it one is made, and kept across the tries of this call. Give your own where the call itself may be repeated, after a crash say. */
  idempotencyKey?: string
}

type Arguments<Op extends OperationId> =
  Record<never, never> extends Input<Op> ? [input?: Input<Op>, options?: CallOptions] : [input: Input<Op>, options?: CallOptions]

/** The other style: nothing is thrown that the server or the network is the cause of. */
export type Result<Data> = { data: Data; error?: undefined; response: Response } | { data?: undefined; error: DocketError; response?: Response }

export type Calls = { [Op in OperationId]: (...parameters: Arguments<Op>) => Promise<Output<Op>> }
export type Results = { [Op in OperationId]: (...parameters: Arguments<Op>) => Promise<Result<Output<Op>>> }

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

export interface DocketClient extends Calls {
  /** Every operation in the style that answers `{ data, error, response }`. */
  result: Results
  /**
   * Every task of a list, page by page as they are taken.
   *
   * @example for await (const task of docket.tasks({ completed: false })) console.log(task.title)
   * @throws {DocketError} as `listTasks`, and when a cursor does not move on
   */
  tasks(query?: Input<'listTasks'>, options?: CallOptions): AsyncGenerator<Task, void, undefined>
  /** The same in pages. */
  taskPages(query?: Input<'listTasks'>, options?: CallOptions): AsyncGenerator<TaskList, void, undefined>
  /**
   * What has happened since a cursor, in pages; keep the `cursor` of each with what was done with its items.
   *
   * @param follow milliseconds between two looks once it has caught up; without it, it ends there
   * @throws {NotFoundError} `changes_gone`: start over without a cursor
   */
  changes(since?: string, options?: CallOptions & { follow?: number }): AsyncGenerator<TaskChanges, void, undefined>
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
  const persisting = persistent(hooked(options), options)
  const client = createFetchClient<paths>({
    baseUrl,
    credentials: 'include',
    fetch: tokens ? authorized(persisting, noticing(tokens, onSessionOver)) : persisting,
  })

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

  async function* taskPages(query: Input<'listTasks'> = {}, options?: CallOptions): AsyncGenerator<TaskList, void, undefined> {
    for (let cursor: string | undefined; ; ) {
      const page: TaskList = await calls.listTasks({ ...query, ...(cursor === undefined ? {} : { cursor }) }, options)
      yield page
      if (page.next_cursor === null) return
      if (page.next_cursor === cursor) throw new DocketError('The cursor of the list does not move on')
      cursor = page.next_cursor
    }
  }

  return {
    ...calls,
    result: styled<Results>(logged),
    taskPages,
    async *tasks(query, options) {
      for await (const { items } of taskPages(query, options)) yield* items
    },
    async *changes(since, { follow, ...options } = {}) {
      for (let cursor = since; ; ) {
        const page: TaskChanges = await calls.listTaskChanges(cursor === undefined ? {} : { since: cursor }, options)
        if (page.items.length > 0 || cursor === undefined || !page.has_more) yield page
        if (page.has_more && page.cursor === cursor) throw new DocketError('The cursor of the changes does not move on')
        cursor = page.cursor
        if (page.has_more) continue
        if (follow === undefined) return
        await new Promise((resolve) => setTimeout(resolve, follow))
        options.signal?.throwIfAborted()
      }
    },
  }
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
