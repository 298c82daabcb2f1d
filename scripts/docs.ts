// npm run docs: the static docs site in docs/dist: the Redoc reference of the contract, and a heading for each problem type.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { problem, problemCodes } from '../server/problems.ts'

const out = 'docs/dist'
rmSync(out, { recursive: true, force: true })
mkdirSync(`${out}/assets`, { recursive: true })
for (const [from, to] of [
  ['docs/docs.css', 'docs.css'],
  ['web/public/icon.svg', 'icon.svg'],
  ['openapi.yaml', 'openapi.yaml'],
] as const)
  copyFileSync(from, `${out}/assets/${to}`)

/** Redoc's credit is a picture on another host; the name as a picture of our own says the same. */
const CREDIT = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="52" height="14"><text x="0" y="11" font-family="system-ui,sans-serif" font-size="11" fill="#0044d4">Redocly</text></svg>').replaceAll("'", '%27')}`
const redoc = readFileSync('node_modules/@redocly/cli/lib/chunks/redoc.standalone.js', 'utf8')
writeFileSync(`${out}/assets/redoc.js`, redoc.replaceAll(/https:\/\/cdn\.redoc\.ly\/redoc\/logo-mini(-full)?\.svg/g, CREDIT))

const redocly = ['node_modules/@redocly/cli/bin/cli.js', 'build-docs', 'openapi.yaml', '-o', `${out}/index.html`]
execFileSync(process.execPath, redocly, { stdio: 'pipe', env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } })
writeFileSync(`${out}/index.html`, selfHosted(readFileSync(`${out}/index.html`, 'utf8')))

/** Redocly's page loads its script from another host and has scripts inline; ours comes from one place and needs only `script-src 'self'`. */
function selfHosted(original: string): string {
  let count = 0
  const page = original
    .replace(/<link rel="modulepreload"[^>]*>/, '<link rel="icon" href="assets/icon.svg" type="image/svg+xml">')
    .replace(/<script( type="module")?>([\s\S]*?)<\/script>/g, (_, kind = '', script: string) => {
      count += 1
      const name = `assets/page-${count}.js`
      writeFileSync(`${out}/${name}`, script.replace(/https:\/\/cdn\.redocly\.com\/\S+?\.js/, './redoc.js'))
      return `<script${kind} src="${name}"></script>`
    })
  const foreign = /(?:src|href)="(?:https?:)?\/\/[^"]*\.(?:js|css|woff2?)[^"]*"/.exec(page)
  if (count !== 2 || foreign) throw new Error(`Redocly's page is not what it was: ${count} scripts, ${foreign?.[0] ?? 'nothing foreign'}`)
  return page
}

const html = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const entries = problemCodes
  .map((code) => problem(code))
  .map(
    ({ code, status, title, detail }) => `
      <h2 id="${code}">${code}</h2>
      <p class="status">${status} ${html(title)}</p>
      <p>${html(detail)}</p>`,
  )

writeFileSync(
  `${out}/problems.html`,
  `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="assets/icon.svg" type="image/svg+xml">
    <title>Problems - Docket API</title>
    <link rel="stylesheet" href="assets/docs.css">
  </head>
  <body class="problems">
    <main class="page">
      <h1>Problems</h1>
      <p>Every error of the API is one of these, as <code>application/problem+json</code> (RFC 9457). A program goes by <code>code</code>, which does not change; <code>detail</code> is for people. <a href="./">To the reference</a></p>${entries.join('')}
    </main>
  </body>
</html>
`,
)
