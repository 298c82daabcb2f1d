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
      /** Who calls, or the refusal that waits until the limits have counted the request. */
      caller?: Caller | Problem
      /** Counts the response as kept, also where its client has gone. */
      countKept?: () => void
      /** Takes so much more of the user's rate limit; throws the refusal where that is too much. */
      charge?: (cost: number) => Promise<void>
      /**
       * The account whose password is asked for, by a name from which its e-mail cannot be read.
       */
      account?: string
      /** The device, where it has signed in to that account before. */
      device?: string
      /** Gives back the place that the request has among those that are under way. */
      release?: () => void
      /** Who signed in with this request. */
      signedIn?: string
      /** Whether a body came, of a media type and charset that the operation takes. */
      body?: 'none' | 'taken' | 'refused'
      /** As the contract names and types them. */
      parameters?: Parameters
      /** Names of the headers of the answer that is on its way. */
      responseHeaders?: string[]
    }
  }
}
