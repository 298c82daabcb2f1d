import { parse } from 'node:url'
import type { Request, RequestHandler, Response } from 'express'
import { middleware } from 'express-openapi-validator'
import type { OpenAPIV3 } from 'express-openapi-validator/dist/framework/types.js'
import { adaptedContract } from './adapted-contract.ts'
import { contractOperations, type Operation, type OperationId } from './document.ts'
import { formats, namedFormats } from './formats.ts'

/**
 * What express-openapi-validator knows of an operation, as its stages look for it on a request.
 */
interface Metadata {
  expressRoute: string
  openApiRoute: string
  pathParams: Record<string, unknown>
  schema: unknown
  serial: number
}

declare global {
  namespace Express {
    interface Request {
      openapi?: Metadata
    }
  }
}

/**
 * The validator calls `url.parse` for each request. Until Node has warned of that once, it looks at
 * each call whether it comes from a library, which takes longer than everything else here.
 */
function warnOfUrlParse(): void {
  const { noDeprecation = false } = process
  process.noDeprecation = true
  parse('/')
  process.noDeprecation = noDeprecation
}
warnOfUrlParse()

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
}) as unknown as RequestHandler[]

const metadata = new Map<OperationId, Metadata>(
  await Promise.all(contractOperations.map(metadataOf)),
)

/**
 * Tells the validator which operation a request is for. Its own search would compile every path of
 * the contract anew for each request.
 */
export function setOperation(request: Request, { id }: Operation): void {
  request.openapi = { ...(metadata.get(id) as Metadata) }
}

/**
 * Checks the parameters and the body of a request.
 *
 * @param next gets the error where the request does not fit
 */
export const checkRequest = requestStage as RequestHandler

/** Has `response.json` check what it sends, below 500. */
export const checkResponse = responseStage as RequestHandler

async function metadataOf({ id, method, template }: Operation): Promise<[OperationId, Metadata]> {
  const request = {
    method,
    path: template,
    originalUrl: template,
    baseUrl: '',
    app: { enabled: () => true },
  } as unknown as Request
  await new Promise<void>((resolve, reject) => {
    readMetadata?.(request, {} as Response, (error: unknown) => (error ? reject(error) : resolve()))
  })
  return [id, request.openapi as Metadata]
}
