import type { operations, Task } from './contract.gen.ts'
import type { DocketError } from './errors.ts'

export type OperationId = keyof operations
/** What the client knows of an operation at run time. */
export interface Facts {
  method: string
  path: string
  /** Whether its body is a merge patch. */
  isPatch?: true
  /** Whether it takes an `Idempotency-Key`, and `If-Match`. */
  isKeyed?: true
  isConditional?: true
  /** Whether the session itself opens it, and not an access token. */
  needsSession?: true
  /**
   * By status: the shape of a JSON body; the media type and the pattern of another; null: no body.
   */
  responses: Record<string, string | [type: string, pattern: string] | null>
}
/** The required members of an object, and the shape of each; `recognise.ts` reads it. */
export type Shape = Record<string, string>

type Path<Op extends OperationId> = operations[Op]['parameters'] extends { path: infer P }
  ? P
  : unknown
type Query<Op extends OperationId> = operations[Op]['parameters'] extends { query?: infer Q }
  ? [Q] extends [undefined]
    ? unknown
    : NonNullable<Q>
  : unknown
/**
 * A resource as it came back, whose version is then asked for with `If-Match`, or an id, to do it
 * whatever the version is.
 */
export type ResourceTarget = string | Pick<Task, 'id' | 'etag'>
/** What stands in the path beside the user: `{task_id}` is given as `task`, `{name}` as it is. */
type Target<Op extends OperationId> = {
  [K in keyof Path<Op> as K extends `${infer Name}_id`
    ? Exclude<Name, 'user'>
    : K]: K extends `${string}_id`
    ? K extends 'session_id'
      ? string | { id: string }
      : ResourceTarget
    : Path<Op>[K]
}
type Body<Op extends OperationId> = operations[Op] extends { requestBody: { content: infer C } }
  ? { body: C[keyof C] }
  : operations[Op] extends { requestBody?: { content: infer C } }
    ? { body?: C[keyof C] }
    : unknown

/**
 * What an operation takes: its query and body, and the task or session it is about. The user is
 * that of the token.
 */
export type Input<Op extends OperationId> = Target<Op> & Lenient<Query<Op> & Body<Op>>

/** The same, whose optional members may also be there as `undefined`, which is never sent. */
type Lenient<T> = T extends readonly unknown[]
  ? { [K in keyof T]: Lenient<T[K]> }
  : T extends object
    ? {
        [K in keyof T]:
          | Lenient<T[K]>
          | (Record<never, never> extends Pick<T, K> ? undefined : never)
      }
    : T

type Success = 200 | 201 | 204
/** What an operation returns when it succeeds. */
export type Output<Op extends OperationId> = {
  [Status in keyof operations[Op]['responses'] &
    Success]: operations[Op]['responses'][Status] extends { content: infer C }
    ? C[keyof C]
    : undefined
}[keyof operations[Op]['responses'] & Success]

export interface CallOptions {
  /** Ends the call at once, with the reason of the signal, in each style. */
  signal?: AbortSignal | undefined
  /**
   * More headers, or others than the client would send: `traceparent`, say, or `If-None-Match` for
   * a `raw` call, whose 304 is a response.
   */
  headers?: Record<string, string> | undefined
  /**
   * For a write; without it one is made, and kept across the tries of this call. Give your own
   * where the call itself may be repeated, after a crash say.
   */
  idempotencyKey?: string | undefined
}

/** Nothing has to be said to an operation that needs nothing. */
export type Arguments<Op extends OperationId> =
  Record<never, never> extends Input<Op>
    ? [input?: Input<Op>, options?: CallOptions]
    : [input: Input<Op>, options?: CallOptions]

/** The other style: nothing is thrown that the server or the network is the cause of. */
export type Result<Data> =
  | { data: Data; error?: undefined; response: Response }
  | { data?: undefined; error: DocketError; response?: Response }
