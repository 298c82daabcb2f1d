import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { extract } from 'tar-fs'

/**
 * The Chromium inside the npm package `@sparticuz/chromium`, with the libraries and fonts that a bare machine lacks,
 * unpacked once beside it. (The package's own unpacking shares one place in the temporary directory and is not safe for two at once.)
 */
export async function bundledChromium(): Promise<{ path: string; environment: Record<string, string> }> {
  const files = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', 'bin')
  const place = join(files, '..', 'unpacked')
  if (!existsSync(place)) {
    mkdirSync(dirname(place), { recursive: true })
    const fresh = mkdtempSync(`${place}-`)
    const unpack = (name: string, to: NodeJS.WritableStream) => pipeline(createReadStream(join(files, name)), createBrotliDecompress(), to)
    await Promise.all([
      unpack('chromium.br', createWriteStream(join(fresh, 'chromium'), { mode: 0o700 })),
      ...['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br'].map((name) => unpack(name, extract(fresh))),
    ])
    // The package's own configuration looks for the fonts where Amazon Lambda has them.
    writeFileSync(join(fresh, 'fonts.conf'), `<?xml version="1.0"?><fontconfig><dir>${place}/fonts</dir><cachedir>${place}/fonts-cache</cachedir></fontconfig>`)
    try {
      renameSync(fresh, place)
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true })
      if (!existsSync(place)) throw error
    }
  }
  return { path: join(place, 'chromium'), environment: { LD_LIBRARY_PATH: join(place, 'lib'), FONTCONFIG_FILE: join(place, 'fonts.conf') } }
}
