import type { Operation } from '../contract/document.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Problem } from '../problems.ts'
import type { Parameters } from './request/parameters.ts'
import type { Trace } from './request/trace.ts'

declare global {
  namespace Express {
    /** What the stages of a request leave for the later ones. */
    interface Locals {
      requestId: string
      /**
       * The address that the request came from, as far as it can be trusted; blank where there is
       * none.
       */
      address: string
      /** Where the request stands in a trace, if it came with one. */
      trace?: Trace
      operation?: Operation
      /** Whether HEAD was asked, which is answered like GET without the body. */
      isHead?: boolean
      /** Why there is no operation, under `/api`. */
      refusal?: Problem
      /** The caller, or the 401, which is held back until the limits have counted the request. */
      caller?: Caller | Problem
      /** Counts the response as kept, even if the client has disconnected. */
      countKept?: () => void
      /**
       * Charges more units to the user's rate limit; throws the refusal if the limit is exceeded.
       */
      charge?: (cost: number) => Promise<void>
      /**
       * The account whose password is asked for, by a name from which its e-mail cannot be read.
       */
      account?: string
      /** The device, where it has signed in to that account before. */
      device?: string
      /** Releases the place that the request holds among the concurrent requests of its class. */
      release?: () => void
      /** The user who signed in with this request. */
      signedIn?: string
      /** Whether a body came, of a media type and charset that the operation takes. */
      body?: 'none' | 'taken' | 'refused'
      /** As the contract names and types them. */
      parameters?: Parameters
      /** Names of the headers of the response that is on its way. */
      responseHeaders?: string[]
    }
  }
}
