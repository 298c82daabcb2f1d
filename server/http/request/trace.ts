import { randomBytes } from 'node:crypto'

/** Where a request stands in a trace. */
export interface Trace {
  /** As the response carries it. */
  traceparent: string
  /** As the log has it, by the names of OpenTelemetry. */
  ids: { trace_id: string; span_id: string; parent_span_id: string }
}

/**
 * A version that came later may have more behind the four members; these stay as they are. `ff` and
 * ids of zeros are none.
 */
const TRACEPARENT = new RegExp(
  '^(?!ff)(?<version>[0-9a-f]{2})-(?!0{32})(?<traceId>[0-9a-f]{32})-' +
    '(?!0{16})(?<parentId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$',
)
/** Recorded, and made of random bits: what version 00 knows. */
const KNOWN_FLAGS = 0b11

/**
 * The place of a request in the trace that it came with: a span of its own under that of the
 * sender.
 *
 * @param traceparent the header as it came
 * @returns undefined where there is none, or none that can be read, which is left alone: tracing
 *   refuses no request
 * @example
 * traceOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')?.ids.trace_id //
 * '0af7651916cd43dd8448eb211c80319c'
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceOf(traceparent: string | undefined): Trace | undefined {
  const {
    version,
    traceId = '',
    parentId = '',
    flags = '',
    more,
  } = TRACEPARENT.exec(traceparent ?? '')?.groups ?? {}
  if (version === undefined || (version === '00' && more !== undefined)) return undefined
  const spanId = randomBytes(8).toString('hex')
  const known = (Number.parseInt(flags, 16) & KNOWN_FLAGS).toString(16)
  return {
    traceparent: `00-${traceId}-${spanId}-0${known}`,
    ids: { trace_id: traceId, span_id: spanId, parent_span_id: parentId },
  }
}
