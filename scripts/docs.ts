// npm run docs: the static docs site in docs/dist: the Redoc reference of the contract, and a heading for each problem type.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { problem, problemCodes } from '../server/problems.ts'

const out = 'docs/dist'
rmSync(out, { recursive: true, force: true })
mkdirSync(`${out}/assets`, { recursive: true })
for (const [from, to] of [
  ['docs/reference.html', 'index.html'],
  ['docs/reference.js', 'assets/reference.js'],
  ['docs/docs.css', 'assets/docs.css'],
  ['web/public/icon.svg', 'assets/icon.svg'],
  ['openapi.yaml', 'assets/openapi.yaml'],
  ['node_modules/@redocly/cli/lib/chunks/redoc.standalone.js', 'assets/redoc.js'],
] as const) copyFileSync(from, `${out}/${to}`)

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const entries = problemCodes.map((code) => problem(code)).map(({ code, status, title, detail }) => `
      <h2 id="${code}">${code}</h2>
      <p class="status">${status} ${escape(title)}</p>
      <p>${escape(detail)}</p>`)

writeFileSync(`${out}/problems.html`, `<!doctype html>
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
`)
