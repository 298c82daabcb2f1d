import type { IncomingHttpHeaders } from 'node:http'
import type { components, operations } from '../../sdk/contract.gen.ts'
import type { OperationId } from './document.ts'

/**
 * Who a verified access token speaks for. Whether the session is still alive only the database
 * knows.
 */
export interface Caller {
  userId: string
  sessionId: string
}

type Parameter<
  Op extends OperationId,
  In extends 'path' | 'query' | 'header',
> = operations[Op]['parameters'] extends { [K in In]?: infer P }
  ? [Exclude<P, undefined>] extends [never]
    ? Record<never, never>
    : Exclude<P, undefined>
  : never

/**
 * What the contract has a default for is always there; generated types cannot say so of a parameter
 * alone.
 */
export const DEFAULTED = ['trashed', 'label_match', 'time_zone', 'sort', 'limit', 'count'] as const
type Defaulted = (typeof DEFAULTED)[number]
type WithDefaults<Query> = Query & { [K in keyof Query & Defaulted]-?: NonNullable<Query[K]> }

type Body<Op extends OperationId> = operations[Op] extends { requestBody: { content: infer C } }
  ? C[keyof C]
  : operations[Op] extends { requestBody?: { content: infer C } }
    ? C[keyof C] | undefined
    : undefined

/** A request that fits the contract. */
export interface Req<Op extends OperationId> {
  path: Parameter<Op, 'path'>
  query: WithDefaults<Parameter<Op, 'query'>>
  header: Parameter<Op, 'header'>
  body: Body<Op>
  /** What came with it, for what Better Auth decides by cookie, origin and address. */
  source: { headers: IncomingHttpHeaders; address: string }
}

type ProblemCode = components['schemas']['ProblemCode']
/** Set on every response by server/http, so no handler returns them. */
type CommonHeader =
  | 'X-Request-Id'
  | 'traceparent'
  | 'RateLimit'
  | 'RateLimit-Policy'
  | 'Cache-Control'
  | 'Set-Cookie'
/**
 * Said only where it is so; a `$ref`'d header is generated as required whatever the contract says.
 */
type OptionalHeader = 'Idempotency-Replayed'
type OwnHeaders<H> = {
  [K in keyof H as string extends K
    ? never
    : K extends CommonHeader | OptionalHeader
      ? never
      : K]: string
} & {
  [K in keyof H as string extends K ? never : K extends OptionalHeader ? K : never]?: string
}
type HeadersOf<H> = keyof OwnHeaders<H> extends never
  ? { headers?: Record<string, never> }
  : { headers: OwnHeaders<H> }

/**
 * A file is sent chunk by chunk; everything else is whole, so that it is checked before it leaves.
 */
type ResponseOf<Status, R> = R extends { headers: infer H; content: infer C }
  ? C extends { 'application/problem+json': unknown }
    ? {
        status: Status
        code: ProblemCode
        title: string
        detail: string
        headers: Record<string, string>
        errors?: components['schemas']['FieldError'][]
      }
    : H extends { 'Content-Disposition': unknown }
      ? { status: Status; chunks: AsyncIterable<string> } & HeadersOf<H>
      : { status: Status; body: C[keyof C]; signedIn?: string } & HeadersOf<H> & Cookies<H>
  : R extends { headers: infer H }
    ? { status: Status; body?: undefined } & HeadersOf<H> & Cookies<H>
    : never
type Cookies<H> = H extends { 'Set-Cookie': unknown } ? { cookies?: string[] } : unknown

/** Every response the contract declares for the operation: a status, its headers, its body. */
export type Res<Op extends OperationId> = {
  [Status in keyof operations[Op]['responses']]: ResponseOf<
    Status,
    operations[Op]['responses'][Status]
  >
}[keyof operations[Op]['responses']]

export type Handler<Op extends OperationId> = operations[Op]['parameters'] extends {
  path: { user_id: string }
}
  ? (request: Req<Op>, caller: Caller) => Promise<Res<Op>>
  : (request: Req<Op>) => Promise<Res<Op>>

/** One handler per operation. A missing operation or an undocumented status does not compile. */
export type Handlers = { [Op in OperationId]: Handler<Op> }
