import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Request, Response } from 'express'
import fresh from 'fresh'

export interface StaticFile {
  extension: string
  etag: string
  bytes: Buffer
  /** Absent where compressing saves nothing. */
  br: Buffer | undefined
  gzip: Buffer | undefined
}

export interface StaticFiles {
  /**
   * Sends a file of the directory from memory, in a coding that the client accepts.
   *
   * @param path from the directory, with `/` between its parts
   * @returns false where there is no such file; then nothing is sent
   */
  send(request: Request, response: Response, path: string): boolean
}

/**
 * The files of a directory, read once, when the first of them is asked for. From memory, because
 * reading from the disk waits for threads that hash passwords; compressed at build time, because
 * compressing costs a hundred times as much as sending.
 */
export function staticFiles(directory: string): StaticFiles {
  let files: Map<string, StaticFile> | undefined
  return {
    send(request, response, path) {
      files ??= readFiles(directory)
      const file = files.get(path)
      if (file) sendFile(request, response, file)
      return file !== undefined
    },
  }
}

function readFiles(directory: string): Map<string, StaticFile> {
  const names = globSync('**', { cwd: directory, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const found = new Set(names)
  const read = (name: string) => (found.has(name) ? readFileSync(name) : undefined)
  return new Map(
    names
      .filter((name) => !/\.(br|gz)$/.test(name))
      .map((name) => {
        const file = fileOf(
          readFileSync(name),
          extname(name),
          read(`${name}.br`),
          read(`${name}.gz`),
        )
        return [name.slice(directory.length + 1).replaceAll('\\', '/'), file] as const
      }),
  )
}

function fileOf(bytes: Buffer, extension: string, br?: Buffer, gzip?: Buffer): StaticFile {
  const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
  return { extension, etag, bytes, br, gzip }
}

/** Compresses a file that no build made. Takes about 20 ms for 200 kB: once for each file. */
export function compressedFile(bytes: Buffer, extension: string): StaticFile {
  return fileOf(bytes, extension, brotliCompressSync(bytes, BROTLI), gzipSync(bytes))
}

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }

/** Sends a file in a coding that the client accepts, or 304 where the client has it. */
export function sendFile(request: Request, response: Response, file: StaticFile): void {
  response.vary('Accept-Encoding').set('ETag', file.etag)
  if (!response.hasHeader('Content-Type')) response.type(file.extension)
  if (fresh(request.headers, { etag: file.etag })) {
    response.removeHeader('Content-Type')
    response.status(304).end()
    return
  }
  const coding = (['br', 'gzip'] as const).find(
    (each) => file[each] && request.acceptsEncodings(each),
  )
  const bytes = (coding && file[coding]) ?? file.bytes
  if (coding) response.set('Content-Encoding', coding)
  response.set('Content-Length', String(bytes.length)).end(bytes)
}
