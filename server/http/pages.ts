import { join } from 'node:path'
import compression from 'compression'
import express, { type RequestHandler, type Response, Router } from 'express'
import { contractBytes } from '../contract/document.ts'
import { problem, Refusal } from '../problems.ts'

/** The addresses the web app shows itself at: its views (`web/src/tasks/views.ts`) and the account. */
const APP_ADDRESSES = ['/', '/today', '/upcoming', '/done', '/trash', '/account']
/** What the web app has beside its page: the worker that opens it offline, and what installs it. */
const APP_FILES = ['sw.js', 'manifest.webmanifest', 'icon.svg', 'icon-192.png', 'icon-512.png', 'icon-maskable-512.png']
const APP_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sw"
/** Redoc and the highlighted code of the guides have their styles in the page. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const YEAR = 31_536_000_000
/** RFC 9512. */
const CONTRACT_TYPE = 'application/yaml; charset=utf-8'

/** What is served outside the contract. Every address is named; any other is a 404, a page for browsers and a problem for the rest. */
export function pages({ webDir, docsDir }: { webDir: string; docsDir: string }): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  // Files are small and sent whole. Left in, these would make an error of a wish that need not be granted (RFC 9110, 14.2).
  router.use((request, _response, next) => {
    for (const name of ['range', 'if-range', 'if-match', 'if-unmodified-since']) delete request.headers[name]
    next()
  })
  router.use(compression())
  router.get('/openapi.yaml', (_request, response) => void response.set('Cache-Control', 'no-cache').type(CONTRACT_TYPE).send(contractBytes))
  router.get(APP_ADDRESSES, page(join(webDir, 'index.html'), APP_POLICY))
  router.use('/assets', express.static(join(webDir, 'assets'), { index: false, redirect: false, immutable: true, maxAge: YEAR }))
  for (const name of APP_FILES) router.get(`/${name}`, page(join(webDir, name), APP_POLICY))
  router.get('/docs', (_request, response) => response.redirect(308, '/docs/'))
  router.use(
    '/docs/',
    express.static(docsDir, {
      // `type` of a problem says /docs/problems.
      extensions: ['html'],
      acceptRanges: false,
      redirect: false,
      setHeaders: (response, file) => {
        policy(response as Response, DOCS_POLICY).set('Cache-Control', 'no-cache')
        if (file.endsWith('.yaml')) response.setHeader('Content-Type', CONTRACT_TYPE)
      },
    }),
  )
  router.use((request, response, next) => {
    if (request.accepts(['application/problem+json', 'html']) !== 'html') return next(new Refusal(problem('not_found')))
    policy(response, APP_POLICY).status(404).type('html').send(NOT_FOUND)
  })
  return router
}

function page(file: string, contentSecurityPolicy: string): RequestHandler {
  return (_request, response, next) => {
    policy(response, contentSecurityPolicy)
      .set('Cache-Control', 'no-cache')
      .sendFile(file, { cacheControl: false }, (error) => {
        if (error) next(response.headersSent ? error : new Error(`${file} is not there: npm run build makes it`, { cause: error }))
      })
  }
}

function policy(response: Response, contentSecurityPolicy: string): Response {
  return response.set('Content-Security-Policy', contentSecurityPolicy)
}

const NOT_FOUND = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Not found - Docket</title>
<h1>There is nothing here</h1>
<p><a href="/">Your tasks</a> · <a href="/docs">The API</a></p>
</html>
`
