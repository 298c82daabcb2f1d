import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Its build for browsers sets `innerHTML`, which Trusted Types refuse; this one reads a table. */
const DECODER = createRequire(import.meta.url).resolve('decode-named-character-reference')

export default defineConfig({
  plugins: [react(), tailwindcss(), serviceWorker()],
  resolve: { alias: { 'decode-named-character-reference': DECODER } },
  // The page's policy allows no inline script, style or data other than images.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': process.env.DOCKET_API ?? 'http://127.0.0.1:8000' } },
})

/** Writes `sw.js`, which keeps every file of this build. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const built = Object.values(bundle).map(
        (file) => [file.fileName, file.type === 'chunk' ? file.code : String(file.source)] as const,
      )
      const hash = createHash('sha256')
      for (const [name, text] of built) hash.update(name).update(text)
      const publicDir = new URL('public/', import.meta.url)
      const kept = readdirSync(publicDir)
      for (const name of kept) hash.update(name).update(readFileSync(new URL(name, publicDir)))
      const source = readFileSync(new URL('service-worker.js', import.meta.url), 'utf8')
      hash.update(source)
      const entry = Object.values(bundle).find(
        (file) => file.type === 'chunk' && file.isEntry,
      )?.fileName
      const isPage = (name: string) => name === 'index.html'
      const names = [...built.map(([name]) => name).filter((name) => !isPage(name)), ...kept]
      const files = ['/', ...names.map((name) => `/${name}`)]
      const worker = source
        .replace("'__VERSION__'", JSON.stringify(`docket-${hash.digest('hex').slice(0, 12)}`))
        .replace("['__FILES__']", JSON.stringify(files))
        .replace("'__ENTRY__'", JSON.stringify(entry))
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: worker })
    },
  }
}
