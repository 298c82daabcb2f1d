import { expect } from 'vitest'
import type { Reply } from './person.ts'

/** Holds a reply to the one shape of every error. */
export function isProblem({ status, headers, body }: Reply, code: string): void {
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(body).toMatchObject({
    type: `/docs/problems#${code}`,
    status,
    code,
    title: expect.any(String),
    detail: expect.any(String),
    request_id: headers.get('x-request-id'),
    instance: `urn:docket:request:${headers.get('x-request-id')}`,
  })
}
