import type { RequestHandler, Response } from 'express'
import type { ResponseObject } from '../../contract/document.ts'
import { validatorFor } from '../../contract/schemas.ts'
import { checkResponse } from '../../contract/validator.ts'

export class UndeclaredResponse extends Error {}

/**
 * The last checks before a response leaves. The validator checks the body that `response.json` is
 * to send; what it does not see is checked when the head is written: the status, the media type and
 * the required headers, also of a file.
 * A response that breaks the contract is never sent; the error goes to the central error handler.
 */
export const validateResponses: RequestHandler[] = [
  checkResponse,
  (_request, response, next) => {
    response.writeHead = new Proxy(response.writeHead, {
      apply(writeHead, self, parameters) {
        const violation = undescribed(response, Number(parameters[0]))
        if (violation) throw new UndeclaredResponse(violation)
        return Reflect.apply(writeHead, self, parameters)
      },
    })
    next()
  },
]

/**
 * `null` as a body, which the validator cannot check: it takes it for no body.
 *
 * @throws {UndeclaredResponse} where the contract does not declare it for this status
 */
export function assertDeclaredNull({ locals, statusCode }: Response): void {
  const { operation } = locals
  const schema = operation?.responses[statusCode]?.content?.['application/json']?.schema
  const [error] = schema ? validatorFor(schema)(null) : []
  if (error)
    throw new UndeclaredResponse(`${operation?.id} sends ${statusCode} with null: ${error.message}`)
}

function undescribed(response: Response, status: number): string | undefined {
  const { operation } = response.locals
  if (!operation) return undefined
  const described: ResponseObject | undefined = operation.responses[status]
  if (!described) return `${operation.id} sends ${status}, which the contract does not declare`
  const missing = Object.entries(described.headers ?? {}).find(
    ([name, header]) => header.required && !response.hasHeader(name),
  )
  if (missing) return `${operation.id} sends ${status} without the header ${missing[0]}`
  const type = response.get('Content-Type')?.split(';', 1)[0]
  const types = Object.keys(described.content ?? {})
  if (types.length === 0)
    return type === undefined
      ? undefined
      : `${operation.id} sends ${status} with a body of ${type}, and the contract declares none`
  return type !== undefined && types.includes(type)
    ? undefined
    : `${operation.id} sends ${status} as ${type ?? 'nothing'}, and the contract declares ` +
        `${types.join(', ')}`
}
