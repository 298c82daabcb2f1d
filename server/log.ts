import { type DestinationStream, type Logger, pino } from 'pino'
import { codeOf } from './thrown.ts'

/** The structured log: JSON lines on standard output, or on `destination`. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, serializers: { err: describe, reason: masked } }
  return destination ? pino(options, destination) : pino(options)
}

interface Described {
  type: string
  code?: unknown
  message: string
  stack: string
  cause?: Described
}

/**
 * Describes an error for the log. Quoted text is masked and other members are left out, because the
 * driver attaches the statement's values to the error, and quotes them in its message.
 */
function describe(error: unknown): Described | unknown {
  if (!(error instanceof Error)) return String(error)
  return {
    type: error.name,
    code: codeOf(error),
    message: masked(error.message),
    stack: masked(error.stack ?? ''),
    ...(error.cause instanceof Error ? { cause: describe(error.cause) } : {}),
  }
}

function masked(text: string): string {
  return text.replace(/"[^"\n]*"/g, '"…"')
}
