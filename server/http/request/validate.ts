import type { Request, RequestHandler } from 'express'
import { contractOperations, type Operation } from '../../contract/document.ts'
import { type FieldError, fieldError } from '../../contract/field-errors.ts'
import { validatorFor } from '../../contract/schemas.ts'
import { checkRequest } from '../../contract/validator.ts'
import { ProblemError, problem } from '../../problems.ts'
import { parameterReader } from './parameters.ts'

const readers = new Map(
  contractOperations.map((operation) => [operation.id, parameterReader(operation)]),
)

/**
 * Reads the parameters and has the validator check them and the body. What is wrong with a request
 * that it refuses is then said in the words of this contract.
 */
export const validate: RequestHandler = async (request, response, next) => {
  const { operation, body } = response.locals
  const reader = operation && readers.get(operation.id)
  if (!reader) return next()
  const parameters = reader.read(request)
  response.locals.parameters = parameters
  const isMissing = body === 'none' && operation.bodyRequired
  const mayFit = reader.isTyped(parameters) && !isMissing
  // Only requests with valid types reach the validator: names with brackets cost it time quadratic
  // in their number.
  const refused = mayFit ? await checkRequest(request, response, parameters) : undefined
  if (refused === undefined && mayFit) return next()
  const errors = reader.errors(parameters)
  if (errors.length > 0) return next(new ProblemError(problem('invalid_request', { errors })))
  const faults = isMissing ? [MISSING] : bodyErrors(request, operation)
  next(faults.length > 0 ? new ProblemError(problem('invalid_body', { errors: faults })) : refused)
}

const MISSING: FieldError = {
  in: 'body',
  pointer: '',
  code: 'required',
  detail: 'A body is required.',
}

function bodyErrors({ headers, body }: Request, { bodies }: Operation): FieldError[] {
  const schema = bodies[headers['content-type'] ?? '']
  return schema ? validatorFor(schema)(body).map((error) => fieldError('body', error)) : []
}
