import { parse } from 'node:url'
import type { Request, RequestHandler, Response } from 'express'
import { middleware } from 'express-openapi-validator'
import type {
  OpenAPIV3,
  OpenApiRequestMetadata,
} from 'express-openapi-validator/dist/framework/types.js'
import { adaptedContract } from './adapted-contract.ts'
import { contractOperations, type Operation, type OperationId } from './document.ts'
import { formats, namedFormats } from './formats.ts'

declare global {
  namespace Express {
    interface Request {
      /** What the stages of express-openapi-validator know of the operation. */
      openapi?: OpenApiRequestMetadata
    }
  }
}

/**
 * The validator calls `url.parse` for each request. Until Node has warned of that once, it looks at
 * each call whether it comes from a library, which takes longer than everything else here. So the
 * one warning is used up, silently.
 */
function useUpUrlParseWarning(): void {
  const { noDeprecation = false } = process
  process.noDeprecation = true
  parse('/')
  process.noDeprecation = noDeprecation
}
useUpUrlParseWarning()

const [, readMetadata, , requestStage, responseStage] = middleware({
  apiSpec: adaptedContract() as OpenAPIV3.DocumentV3_1,
  // CI lints the contract.
  validateApiSpec: false,
  validateRequests: { allowUnknownQueryParameters: true, discriminator: true },
  validateResponses: true,
  // Who may call is decided before (request/authorize.ts).
  validateSecurity: false,
  fileUploader: false,
  formats,
  ajvFormats: namedFormats,
  // Dates are text in responses already.
  serDes: [{ format: 'date' }, { format: 'date-time' }],
})
if (!readMetadata || !requestStage || !responseStage)
  throw new Error('express-openapi-validator has other stages than it had')

const metadata = new Map(await Promise.all(contractOperations.map(metadataOf)))

/**
 * Tells the validator which operation a request is for. Its own search would compile every path of
 * the contract anew for each request.
 */
export function setOperation(request: Request, { id }: Operation): void {
  Object.assign(request, { openapi: { ...metadata.get(id) } })
}

/**
 * Checks the parameters and the body of a request.
 *
 * @param parameters as they were read; the validator gets a copy, which it changes
 * @returns the error where the request does not fit
 */
export function checkRequest(
  request: Request,
  response: Response,
  parameters: { path: object; query: object },
): Promise<unknown> {
  Object.assign(request.openapi ?? {}, { pathParams: { ...parameters.path } })
  Object.defineProperty(request, 'query', { value: { ...parameters.query }, writable: true })
  return new Promise((resolve) => requestStage?.(request, response, resolve))
}

/** Has `response.json` check what it sends, below 500. */
export const checkResponse: RequestHandler = (request, response, next) => {
  responseStage?.(request, response, next)
}

async function metadataOf({ id, method, template }: Operation): Promise<[OperationId, object]> {
  const request: Request = Object.assign(Object.create(null), {
    method,
    path: template,
    originalUrl: template,
    baseUrl: '',
    app: { enabled: () => true },
  })
  await new Promise<void>((resolve, reject) => {
    const done = (error: unknown) => (error ? reject(error) : resolve())
    readMetadata?.(request, Object.create(null), done)
  })
  return [id, { ...request.openapi }]
}
