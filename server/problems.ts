/**
 * The table of failures: code -> status, title, the sentence its receiver reads.
 * `docs/problems` is rendered from it, and a test holds it against the contract's list of codes.
 */
const table = {
  access_denied: [403, 'Forbidden', 'Access denied. You can only access your own resources.'],
  authorization_malformed: [
    401,
    'Unauthorized',
    'Invalid authorization header format. Expected: Bearer <token>',
  ],
  authorization_missing: [
    401,
    'Unauthorized',
    'Authorization header missing. Include: Authorization: Bearer <token>',
  ],
  changes_gone: [
    410,
    'Gone',
    'The changes since this cursor are no longer available. Start again without a cursor.',
  ],
  content_too_large: [
    413,
    'Content Too Large',
    'The body is too large. The limit is 100 kB, or 5 MB for an import of tasks.',
  ],
  cursor_invalid: [
    400,
    'Bad Request',
    'The cursor is not valid for this list. Start again without a cursor.',
  ],
  email_taken: [409, 'Conflict', 'This email is already registered'],
  headers_too_large: [
    431,
    'Request Header Fields Too Large',
    'The headers of the request are larger than the 16 kB that the server reads.',
  ],
  idempotency_key_reused: [
    422,
    'Unprocessable Content',
    'This Idempotency-Key was used for another request. Make a new key for each write.',
  ],
  internal_error: [
    500,
    'Internal Server Error',
    'Something went wrong on the server. Your request is not the cause.',
  ],
  invalid_body: [422, 'Unprocessable Content', 'The body does not match the contract. See errors.'],
  invalid_credentials: [401, 'Unauthorized', 'Invalid email or password'],
  invalid_request: [400, 'Bad Request', 'The request is not valid. See errors.'],
  label_not_found: [404, 'Not Found', 'There is no label with this name.'],
  list_id_taken: [409, 'Conflict', 'A different list with this id already exists.'],
  list_not_found: [404, 'Not Found', 'There is no list with this id.'],
  list_too_large: [
    409,
    'Conflict',
    'The list has more than 2,000 tasks, or more than 1 MB of text. Move some of its tasks to ' +
      'the trash first, then try again.',
  ],
  malformed_csv: [400, 'Bad Request', 'The body is not valid CSV. See errors.'],
  malformed_http: [400, 'Bad Request', 'The request is not readable as HTTP/1.1.'],
  malformed_json: [400, 'Bad Request', 'The body is not valid JSON.'],
  method_not_allowed: [
    405,
    'Method Not Allowed',
    'This path does not support this method. See the Allow header of this response.',
  ],
  not_acceptable: [
    406,
    'Not Acceptable',
    'This operation cannot return a media type that the Accept header allows. The contract ' +
      'is at /openapi.yaml.',
  ],
  not_found: [404, 'Not Found', 'No resource has this path. The contract is at /openapi.yaml.'],
  nothing_to_skip: [
    409,
    'Conflict',
    'The task does not recur, is completed, or has no later date.',
  ],
  position_exhausted: [
    409,
    'Conflict',
    'There is no room left between these two neighbours. Move the one named in errors to ' +
      'another place, then try again.',
  ],
  quota_exceeded: [
    409,
    'Conflict',
    'This account has reached its quota of tasks or of text. Empty the trash to make room, ' +
      'then try again.',
  ],
  rate_limited: [
    429,
    'Too Many Requests',
    'Too many requests. Try again after the seconds in Retry-After.',
  ],
  request_timeout: [408, 'Request Timeout', 'The request did not arrive in time.'],
  service_unavailable: [
    503,
    'Service Unavailable',
    'The service is not available at the moment. Try again after the seconds in Retry-After.',
  ],
  session_ended: [401, 'Unauthorized', 'The session of this token has ended. Please log in again.'],
  session_missing: [401, 'Unauthorized', 'There is no session. Please log in.'],
  session_not_found: [404, 'Not Found', 'There is no session with this id.'],
  task_id_taken: [409, 'Conflict', 'A different task with this id already exists.'],
  task_not_found: [404, 'Not Found', 'There is no task with this id.'],
  token_expired: [401, 'Unauthorized', 'Token has expired. Please log in again.'],
  token_invalid: [401, 'Unauthorized', 'The token is not valid.'],
  too_deep: [
    422,
    'Unprocessable Content',
    'Tasks can have subtasks down to the fourth level. This one would come below it.',
  ],
  too_many_subtasks: [
    409,
    'Conflict',
    'The task has more than 2,000 subtasks, counted over all levels, or more than 1 MB of text ' +
      'in them. Change some of them on their own first, then try again.',
  ],
  unsupported_media_type: [
    415,
    'Unsupported Media Type',
    'This operation does not accept this Content-Type or Content-Encoding. See the Accept ' +
      'header of this response.',
  ],
  version_stale: [
    412,
    'Precondition Failed',
    'The resource has changed since the version in If-Match. Read it again before you write.',
  ],
  would_be_its_own_ancestor: [
    422,
    'Unprocessable Content',
    'A task cannot be a subtask of itself or of one of its subtasks.',
  ],
  CROSS_SITE_NAVIGATION_LOGIN_BLOCKED: [403, 'Forbidden', 'Cross-site navigation login blocked'],
  INVALID_CALLBACK_URL: [403, 'Forbidden', 'Invalid callbackURL'],
  INVALID_EMAIL: [422, 'Unprocessable Content', 'Invalid email'],
  INVALID_EMAIL_OR_PASSWORD: [401, 'Unauthorized', 'Invalid email or password'],
  INVALID_ORIGIN: [403, 'Forbidden', 'Invalid origin'],
  MISSING_OR_NULL_ORIGIN: [403, 'Forbidden', 'Missing or null Origin'],
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: [409, 'Conflict', 'This email is already registered'],
} as const

export type ProblemCode = keyof typeof table
export const problemCodes = Object.keys(table) as ProblemCode[]

export interface FieldError {
  in: 'body' | 'query' | 'path' | 'header'
  /** JSON Pointer (RFC 6901) into that part of the request. */
  pointer: string
  code:
    | 'required'
    | 'unknown_member'
    | 'read_only'
    | 'type'
    | 'enum'
    | 'format'
    | 'pattern'
    | 'min_length'
    | 'max_length'
    | 'minimum'
    | 'maximum'
    | 'min_items'
    | 'max_items'
    | 'unique_items'
    | 'too_common'
    | 'invalid'
  detail: string
}

interface ProblemOf<Code extends ProblemCode> {
  code: Code
  status: (typeof table)[Code][0]
  title: string
  detail: string
  headers: Record<string, string>
  errors?: FieldError[]
}
/** Distributed over the codes, so that the status of each stays known. */
export type Problem<Code extends ProblemCode = ProblemCode> = Code extends ProblemCode
  ? ProblemOf<Code>
  : never

/**
 * The problem that stands in the table under `code`.
 *
 * @param more headers that the status asks for, and what is wrong with which field (the first 20
 *   are shown)
 * @example problem('version_stale', { headers: { ETag: '"4"' } })
 */
export function problem<Code extends ProblemCode>(
  code: Code,
  more: { headers?: Record<string, string>; errors?: FieldError[] } = {},
): Problem<Code> {
  const [status, title, detail] = table[code]
  const headers = {
    ...challenge(code, status, detail),
    ...(status === 503 ? { 'Retry-After': '5' } : {}),
    ...more.headers,
  }
  return {
    code,
    status,
    title,
    detail,
    headers,
    ...(more.errors?.length ? { errors: more.errors.slice(0, 20) } : {}),
  } as Problem<Code>
}

/**
 * RFC 6750, section 3: no `error` when no token came, `invalid_token` when one came and was
 * refused.
 */
function challenge(code: ProblemCode, status: number, detail: string): Record<string, string> {
  if (status !== 401) return {}
  const refused =
    code.startsWith('token_') || code === 'session_ended' || code === 'authorization_malformed'
  const why = refused ? ['error="invalid_token"', `error_description="${detail}"`] : []
  return {
    'WWW-Authenticate': ['Bearer realm="docket"', ...why].join(', '),
  }
}

/**
 * Carries a problem through Express to the one catch. Thrown where nothing can be returned: in what
 * no caller can cause, and while a file is written; middleware passes it to `next`.
 */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.code, options)
    this.problem = problem
  }
}
