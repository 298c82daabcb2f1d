import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { type Problem, problem } from '../../problems.ts'
import { problemDetails } from '../response/send.ts'
import { endLingering } from './lingering-close.ts'

/**
 * Answers a request that Node could not parse as HTTP. It reaches no operation, but its response
 * has the same form as every other error.
 */
export function refuseUnreadableRequest(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  log: Logger,
): void {
  // Node reports each further piece of unparsable data again.
  if (socket.writableEnded) return
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const refused = refusal(error.code)
  const requestId = uuidv7()
  log.info(
    { request_id: requestId, status: refused.status, reason: error.code ?? error.message },
    'unreadable request',
  )
  const body = JSON.stringify(problemDetails(refused, requestId))
  const head = [
    `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Cache-Control: private, no-store',
    'X-Content-Type-Options: nosniff',
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    'Connection: close',
  ]
  endLingering(socket, `${head.join('\r\n')}\r\n\r\n${body}`)
}

function refusal(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return problem('headers_too_large')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem('request_timeout')
  return problem('malformed_http')
}
