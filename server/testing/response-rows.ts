import { contractOperations } from '../contract/document.ts'
import { findPath } from '../contract/route.ts'

/**
 * Whose response this is: an operation, or one of the rows in brackets, whose responses OpenAPI
 * cannot declare.
 */
export function rowOf(method: string, target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
  const operations = findPath(path)
  if (operations && method === 'OPTIONS') return '(OPTIONS)'
  if (operations)
    return operations.get(method === 'HEAD' ? 'GET' : method)?.id ?? '(no such method)'
  if (path !== '/api' && !path.startsWith('/api/')) return '(page)'
  return method === 'OPTIONS' ? '(OPTIONS of no such path)' : '(no such path)'
}

/** Operation -> the responses the contract declares for it, each as "status media-type". */
export const declaredResponses = new Map<string, string[]>(
  contractOperations.map(({ id, responses }) => [
    id,
    Object.entries(responses).flatMap(([status, { content = { 'no body': {} } }]) =>
      Object.keys(content).map((type) => `${status} ${type}`),
    ),
  ]),
)

/** The other rows, and all that they may return. */
export const undeclarableResponses = new Map<string, string[]>([
  ['(no such path)', ['404 application/problem+json', '429 application/problem+json']],
  ['(no such method)', ['405 application/problem+json', '429 application/problem+json']],
  ['(OPTIONS)', ['204 no body']],
  // A preflight of a trusted origin succeeds, so that its page may read the 404.
  [
    '(OPTIONS of no such path)',
    ['204 no body', '404 application/problem+json', '429 application/problem+json'],
  ],
  [
    '(page)',
    [
      ...[
        'text/html',
        'text/javascript',
        'text/css',
        'image/svg+xml',
        'image/png',
        'application/manifest+json',
        'application/yaml',
        'text/plain',
      ].map((type) => `200 ${type}`),
      ...['304 no body', '308 text/html', '308 text/plain', '404 text/html'],
      ...['400 application/problem+json', '404 application/problem+json'],
    ],
  ],
])
