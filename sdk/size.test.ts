import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test } from 'vitest'

const index = fileURLToPath(new URL('index.ts', import.meta.url))

/** Bytes, after gzip, of these exports with all that they need. */
async function size(names: string): Promise<number> {
  const entry = 'measured-entry'
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id.endsWith(entry) ? entry : undefined),
        load: (id) => (id === entry ? `export ${names} from '${index}'` : undefined),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        output: { format: 'es' },
      },
    },
  })
  const [output] = [made].flat() as { output: { code: string }[] }[]
  return gzipSync(output?.output[0]?.code ?? '').length
}

test.each([
  ['everything', '*', 9_250],
  ['the layer by path, with sessions', '{ createClient, sessionTokens }', 4_500],
])('%s is at most as large as a page can afford', async (what, names, limit) => {
  const bytes = await size(names)
  process.stdout.write(`@docket/sdk, ${what}: ${bytes} bytes after gzip\n`)
  expect([what, bytes > 1_000, bytes <= limit]).toEqual([what, true, true])
})
