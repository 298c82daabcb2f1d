import { Marked, type Tokens } from 'marked'
import { createHighlighter } from 'shiki'

/** The pages in the order of the navigation, without `.md` and `.html`. */
export const PAGES = [
  'index',
  'quick-start',
  'authentication',
  'problems',
  'pagination',
  'concurrency',
  'idempotency',
  'lists',
  'labels',
  'subtasks',
  'recurrence',
  'sync',
  'rate-limits',
  'mock',
  'hosting',
  'migrating',
]

export const html = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

export const titleOf = (markdown: string) => /^# (.*)/.exec(markdown)?.[1] ?? ''

/** The label of the language of a block; the rest of its line is for the test that runs it. */
const LABELS: Record<string, string> = {
  sh: 'Shell',
  ts: 'TypeScript',
  html: 'HTML',
  py: 'Python',
  text: 'Prints',
}

const LANGUAGES: Record<string, string> = {
  sh: 'shellscript',
  ts: 'typescript',
  html: 'html',
  py: 'python',
}
const THEMES = { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } as const
const highlighter = await createHighlighter({
  themes: Object.values(THEMES),
  langs: Object.values(LANGUAGES),
})

const marked = new Marked({
  renderer: {
    heading({ tokens, depth, text }) {
      const id = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
      const inner = this.parser.parseInline(tokens)
      return depth === 1
        ? `<h1>${inner}</h1>`
        : `<h${depth} id="${id}"><a href="#${id}">${inner}</a></h${depth}>`
    },
    code({ text, lang = '' }: Tokens.Code) {
      const [language = 'text'] = lang.split(' ')
      const name = LANGUAGES[language]
      const code = name
        ? highlighter.codeToHtml(text, {
            lang: name,
            themes: THEMES,
            defaultColor: 'light-dark()',
            structure: 'inline',
          })
        : html(text)
      const label = LABELS[language] ?? language
      return (
        `<figure class="${language}"><figcaption>${label}</figcaption><pre tabindex="0" ` +
        `aria-label="${label}"><code>${code}</code></pre></figure>`
      )
    },
    table({ header, rows }) {
      const cell = ({ tokens }: Tokens.TableCell, tag: string) =>
        `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`
      const row = (cells: Tokens.TableCell[], tag: string) =>
        `<tr>${cells.map((each) => cell(each, tag)).join('')}</tr>`
      const head = header.some(({ text }) => text !== '')
        ? `<thead>${row(header, 'th').replaceAll('<th></th>', '<td></td>')}</thead>`
        : ''
      const body = rows.map((cells) => row(cells, 'td'))
      return (
        `<div class="table" tabindex="0" role="group" aria-label="Table">\n` +
        `<table>${head}<tbody>${body.join('')}</tbody></table></div>`
      )
    },
  },
})

/** A page of the site: a guide in its frame, with `more` below it. */
export function guidePage(
  name: string,
  markdown: string,
  titles: Map<string, string>,
  more = '',
): string {
  const links = [
    ...PAGES.map((page) => [
      page === 'index' ? '../' : `${page}.html`,
      titles.get(page) ?? '',
      page,
    ]),
    ['reference.html', 'Reference', 'reference'],
  ]
  const navigation = links.map(
    ([href, title, page]) =>
      `<li><a href="${href}"${page === name ? ' aria-current="page"' : ''}>` +
      `${html(page === 'index' ? 'Start' : (title ?? ''))}</a></li>`,
  )
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="assets/icon.svg" type="image/svg+xml">
    <title>${html(titleOf(markdown))}${name === 'index' ? '' : ' - Docket'}</title>
    <link rel="stylesheet" href="assets/docs.css">
  </head>
  <body>
    <a class="skip" href="#content">To the text</a>
    <nav aria-label="Guides">
      <a class="home" href="../"><img src="assets/icon.svg" alt="" width="28" height="28">Docket</a>
      <ul>${navigation.join('')}</ul>
    </nav>
    <main id="content">
${marked.parse(markdown)}${more}
    </main>
  </body>
</html>
`
}
