import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import type { LaunchOptions } from 'playwright-core'
import { extract } from 'tar-fs'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Without these, Chromium asks hosts of its maker for things that no test needs. */
const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
]

/**
 * How to launch a Chromium: the one named by CHROME_PATH, the machine's own, or the one that npm
 * brought.
 */
export async function chromiumHere(): Promise<LaunchOptions> {
  const installed = process.env.CHROME_PATH ?? INSTALLED.find((path) => existsSync(path))
  const { path, environment } = installed
    ? { path: installed, environment: {} }
    : await bundledChromium()
  return {
    executablePath: path,
    args: QUIET,
    chromiumSandbox: false,
    env: { ...process.env, ...environment },
  }
}

/**
 * The Chromium inside the npm package `@sparticuz/chromium`, with the libraries and fonts that a
 * bare machine lacks, unpacked once beside it. (The package's own unpacking shares one place in the
 * temporary directory and is not safe for two at once.)
 */
async function bundledChromium(): Promise<{ path: string; environment: Record<string, string> }> {
  const files = join(
    dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')),
    '..',
    'bin',
  )
  const place = join(files, '..', 'unpacked')
  if (!existsSync(place)) {
    mkdirSync(dirname(place), { recursive: true })
    const fresh = mkdtempSync(`${place}-`)
    const unpack = (name: string, to: NodeJS.WritableStream) =>
      pipeline(createReadStream(join(files, name)), createBrotliDecompress(), to)
    await Promise.all([
      unpack('chromium.br', createWriteStream(join(fresh, 'chromium'), { mode: 0o700 })),
      ...['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br'].map((name) =>
        unpack(name, extract(fresh)),
      ),
    ])
    // The package's own configuration looks for the fonts where Amazon Lambda has them.
    writeFileSync(
      join(fresh, 'fonts.conf'),
      `<?xml version="1.0"?><fontconfig><dir>${place}/fonts</dir>` +
        `<cachedir>${place}/fonts-cache</cachedir></fontconfig>`,
    )
    try {
      renameSync(fresh, place)
    } catch (error) {
      rmSync(fresh, { recursive: true, force: true })
      if (!existsSync(place)) throw error
    }
  }
  return {
    path: join(place, 'chromium'),
    environment: {
      LD_LIBRARY_PATH: join(place, 'lib'),
      FONTCONFIG_FILE: join(place, 'fonts.conf'),
    },
  }
}
