import type { Operation } from '../contract/document.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Problem } from '../problems.ts'
import type { Trace } from './trace.ts'
import type { Parameters } from './validate.ts'

declare global {
  namespace Express {
    /** What the stages of a request leave for the later ones. */
    interface Locals {
      requestId: string
      /** Where the request stands in a trace, if it came with one. */
      trace?: Trace
      operation?: Operation
      /** Whether HEAD was asked, which is answered like GET without the body. */
      isHead?: boolean
      /** Why there is no operation, under `/api`. */
      refusal?: Problem
      /** Who calls, or the refusal that waits until the limits have counted the request. */
      caller?: Caller | Problem
      /** Whether a body came, of a media type and charset that the operation takes. */
      body?: 'none' | 'taken' | 'refused'
      /** As the contract names and types them. */
      parameters?: Parameters
      /** Names of the headers of the answer that is on its way. */
      answerHeaders?: string[]
    }
  }
}
