// npm run docs: the static docs site in docs/dist: the guides, with a heading for each problem
// type, and the Redoc reference of the contract with a sample for each operation.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Contract, contract } from '../../server/contract/document.ts'
import { problem, problemCodes } from '../../server/problems.ts'
import { compress } from '../compress.ts'
import { samples } from '../generate/samples.ts'
import { guidePage, html, PAGES, titleOf } from './guide-page.ts'

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
const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="52" height="14">' +
  '<text x="0" y="11" font-family="system-ui,sans-serif" font-size="11"><style>' +
  'text{fill:#0044d4}@media(prefers-color-scheme:dark){text{fill:#b4c6fc}}' +
  '</style>Redocly</text></svg>'
const CREDIT = `data:image/svg+xml,${encodeURIComponent(picture).replaceAll("'", '%27')}`
const redoc = readFileSync('node_modules/@redocly/cli/lib/chunks/redoc.standalone.js', 'utf8')
writeFileSync(
  `${out}/assets/redoc.js`,
  redoc.replaceAll(/https:\/\/cdn\.redoc\.ly\/redoc\/logo-mini(-full)?\.svg/g, CREDIT),
)

/** The contract as the reference shows it. */
function withSamples(): string {
  const document = structuredClone(contract) as Contract & { info: { description: string } }
  document.info.description =
    `[Guides](./) - [the contract as a ` +
    `file](assets/openapi.yaml)\n\n${document.info.description}
**Samples.** Each operation has two, with the first of its examples (\`Payload\` shows the ` +
    `others); each runs as it is printed, once: \`$API\`, \`$ME\`, \`$TOKEN\`, \`$SESSION\`, ` +
    `\`$TASK\`, and \`docket\` and \`task\`, are what the [quick start](quick-start.html) leaves;
\`$LIST\` and \`list\` are one of \`listLists\`,
\`$SESSION_ID\` and \`session\` are one of \`listSessions\`, and Ada, who signs up or in, is ` +
    'a user of your own.'
  for (const operation of Object.values(document.paths).flatMap(
    (item) => Object.values(item) as object[],
  )) {
    const sample =
      'operationId' in operation ? samples.get(operation.operationId as never) : undefined
    if (sample)
      Object.assign(operation, {
        'x-codeSamples': [
          { lang: 'sh', label: 'curl', source: sample.curl },
          { lang: 'ts', label: 'TypeScript', source: sample.typescript },
        ],
      })
  }
  return JSON.stringify(document)
}

const shown = `${out}/shown.json`
const reference = `${out}/reference.html`
writeFileSync(shown, withSamples())
const redocly = ['node_modules/@redocly/cli/bin/cli.js', 'build-docs', shown, '-o', reference]
execFileSync(process.execPath, redocly, {
  stdio: 'pipe',
  env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
})
rmSync(shown)
writeFileSync(reference, selfHosted(readFileSync(reference, 'utf8')))

/**
 * Redocly's page loads its script from another host and has scripts inline; ours comes from one
 * place and needs only `script-src 'self'`.
 */
function selfHosted(original: string): string {
  let count = 0
  const page = original
    .replace(
      /<link rel="modulepreload"[^>]*>/,
      '<link rel="icon" href="assets/icon.svg" type="image/svg+xml">',
    )
    .replace(/<script( type="module")?>([\s\S]*?)<\/script>/g, (_, kind = '', script: string) => {
      count += 1
      const name = `assets/page-${count}.js`
      // Of the samples it shows the languages it is told of.
      const languages = JSON.stringify({
        codeSamples: { languages: [{ lang: 'curl' }, { lang: 'TypeScript' }, { lang: 'Payload' }] },
      })
      writeFileSync(
        `${out}/${name}`,
        script
          .replace(/https:\/\/cdn\.redocly\.com\/\S+?\.js/, './redoc.js')
          .replace('__redoc_options = {', `__redoc_options = {...${languages},`),
      )
      return `<script${kind} src="${name}"></script>`
    })
  const foreign = /(?:src|href)="(?:https?:)?\/\/[^"]*\.(?:js|css|woff2?)[^"]*"/.exec(page)
  if (count !== 2 || foreign)
    throw new Error(
      `Redocly's page is not what it was: ${count} scripts, ${foreign?.[0] ?? 'nothing foreign'}`,
    )
  return page
}

const guides = new Map(PAGES.map((page) => [page, readFileSync(`docs/guides/${page}.md`, 'utf8')]))
const titles = new Map([...guides].map(([page, markdown]) => [page, titleOf(markdown)]))

/** Where the `type` of a problem leads. */
const problems = problemCodes
  .map((code) => problem(code))
  .map(
    ({ code, status, title, detail }) =>
      `<h3 id="${code}"><a href="#${code}"><code>${code}</code></a></h3>` +
      `<p>${status} ${html(title)}. ${html(detail)}</p>`,
  )

for (const [page, markdown] of guides)
  writeFileSync(
    `${out}/${page}.html`,
    guidePage(page, markdown, titles, page === 'problems' ? problems.join('\n') : ''),
  )
compress(out)
