/**
 * Bytes of a JSON text up to which nothing is counted: it is cheap whatever its shape, and its
 * schema says better what is wrong.
 */
const FREE_BYTES = 100_000
/** Objects and arrays within each other. The deepest body of the contract has five. */
const MAX_DEPTH = 16
/** Members and items in all. The longest file of tasks has 76,000. */
const MAX_VALUES = 100_000

/** Separators of a CSV file outside quotation marks. The longest file of tasks has 32,000 cells. */
const MAX_CELLS = 200_000

/** A body whose shape costs more than its bytes. The message says which limit it exceeds. */
export class BodyShapeError extends Error {}

/**
 * Counts the levels and the values of a JSON text while its bytes arrive, before it is parsed:
 * a parsed value can be a hundred times as large as its text. Whether the text is JSON is left to
 * the parser.
 *
 * @returns takes the text chunk by chunk
 * @throws {BodyShapeError} from the returned function
 * @example limitJsonShape()(Buffer.from('['.repeat(100_001))) // throws
 */
export function limitJsonShape(): (chunk: Buffer) => void {
  let length = 0
  let depth = 0
  let deepest = 0
  let values = 0
  let isString = false
  let isEscaped = false

  return (chunk) => {
    // By index and with a switch: it looks at each byte of 5 MB.
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]
      if (isString) {
        if (isEscaped) isEscaped = false
        else if (byte === 0x5c) isEscaped = true
        else if (byte === 0x22) isString = false
        continue
      }
      switch (byte) {
        case 0x22: // "
          isString = true
          break
        case 0x2c: // ,
          values += 1
          break
        case 0x5b: // [
        case 0x7b: // {
          values += 1
          depth += 1
          if (depth > deepest) deepest = depth
          break
        case 0x5d: // ]
        case 0x7d: // }
          depth -= 1
      }
    }
    length += chunk.length
    if (length <= FREE_BYTES) return
    if (deepest > MAX_DEPTH)
      throw new BodyShapeError(`is nested more than ${MAX_DEPTH} levels deep`)
    if (values > MAX_VALUES)
      throw new BodyShapeError(`has more than ${MAX_VALUES} members and items`)
  }
}

/**
 * Counts the cells of a CSV text while its bytes arrive, before it is parsed.
 *
 * @returns takes the text chunk by chunk
 * @throws {BodyShapeError} from the returned function
 * @example limitCsvShape()(Buffer.from(','.repeat(200_001))) // throws
 */
export function limitCsvShape(): (chunk: Buffer) => void {
  let cells = 0
  let isQuoted = false
  return (chunk) => {
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]
      // A quotation mark inside quotation marks is written twice, which leaves the state as it was.
      if (byte === 0x22) isQuoted = !isQuoted
      else if (!isQuoted && (byte === 0x2c || byte === 0x3b || byte === 0x09)) cells += 1
    }
    if (cells > MAX_CELLS) throw new BodyShapeError(`has more than ${MAX_CELLS} cells`)
  }
}
