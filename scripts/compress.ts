// Compresses what the server sends as files, so that it need not do it for each request.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const COMPRESSIBLE = 'html,js,css,svg,yaml,webmanifest,json'
/** Smaller files fit into one packet anyway. */
const MIN_BYTES = 1_000

/** Writes `file.br` and `file.gz` beside each file of the directory that gets smaller by it. */
export function compress(directory: string): void {
  for (const file of globSync(`${directory}/**/*.{${COMPRESSIBLE}}`)) {
    const bytes = readFileSync(file)
    if (bytes.length < MIN_BYTES) continue
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    }
    for (const [ending, compressed] of [
      ['br', brotliCompressSync(bytes, { params })],
      ['gz', gzipSync(bytes, { level: 9 })],
    ] as const)
      if (compressed.length < bytes.length) writeFileSync(`${file}.${ending}`, compressed)
  }
}
