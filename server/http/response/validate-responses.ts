import type { RequestHandler, Response } from 'express'
import type { ResponseObject } from '../../contract/document.ts'
import { validatorFor } from '../../contract/schemas.ts'

export class UndescribedAnswer extends Error {}

/**
 * The last wall before an answer leaves: its status, media type and required headers must stand in
 * the contract, and a body where one is declared.
 * An answer that breaks it is never sent; the error goes to the one catch.
 */
export const validateResponses: RequestHandler = (_request, response, next) => {
  const writeHead = response.writeHead
  response.writeHead = ((...parameters: Parameters<Response['writeHead']>) => {
    const violation = undescribed(response, parameters[0])
    if (violation) throw new UndescribedAnswer(violation)
    return writeHead.apply(response, parameters)
  }) as Response['writeHead']
  next()
}

/**
 * @throws {UndescribedAnswer} where the body is not what the contract declares for this status and
 * media type; what it declares nothing for is left to the last wall
 */
export function assertDeclaredBody(response: Response, type: string, body: unknown): void {
  const { operation } = response.locals
  const schema = operation?.responses[response.statusCode]?.content?.[type]?.schema
  const [error] = schema ? validatorFor(schema)(body) : []
  if (error)
    throw new UndescribedAnswer(
      `${operation?.id} answers ${response.statusCode} with a body that breaks the contract: ${error.instancePath} ${error.message}`,
    )
}

function undescribed(response: Response, status: number): string | undefined {
  const { operation } = response.locals
  if (!operation) return undefined
  const described: ResponseObject | undefined = operation.responses[status]
  if (!described) return `${operation.id} answers ${status}, which the contract does not declare`
  const missing = Object.entries(described.headers ?? {}).find(
    ([name, header]) => header.required && !response.hasHeader(name),
  )
  if (missing) return `${operation.id} answers ${status} without the header ${missing[0]}`
  const type = response.get('Content-Type')?.split(';', 1)[0]
  const types = Object.keys(described.content ?? {})
  if (types.length === 0)
    return type === undefined
      ? undefined
      : `${operation.id} answers ${status} with a body of ${type}, and the contract declares none`
  return type !== undefined && types.includes(type)
    ? undefined
    : `${operation.id} answers ${status} as ${type ?? 'nothing'}, and the contract declares ${types.join(', ')}`
}
