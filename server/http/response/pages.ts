import { type RequestHandler, type Response, Router } from 'express'
import { contractBytes } from '../../contract/document.ts'
import { ProblemError, problem } from '../../problems.ts'
import {
  compressedFile,
  type StaticFile,
  type StaticFiles,
  sendFile,
  staticFiles,
} from './static-files.ts'

/**
 * The addresses the web app shows itself at: its views (`web/src/features/workspace/views.ts`) and
 * the account. A pattern, because a router throws where it cannot decode a named segment (`%zz`).
 */
const APP_ADDRESSES = [
  '/',
  '/today',
  '/upcoming',
  '/all',
  '/done',
  '/trash',
  /^\/lists\/[^/]+$/,
  '/account',
]
/** What the web app has beside its page: the worker that opens it offline, and what installs it. */
const APP_FILES = [
  'sw.js',
  'manifest.webmanifest',
  'icon.svg',
  'icon-192.png',
  'icon-512.png',
  'icon-maskable-512.png',
]
const APP_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src " +
  "'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sw"
/** Redoc and the highlighted code of the guides have their styles in the page. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' " +
  "data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri " +
  "'none'; form-action 'none'; frame-ancestors 'none'"

/** A year: a file under `/assets` has a hash of its content in its name. */
const IMMUTABLE = 'public, max-age=31536000, immutable'
const SECURITY_TEXT_MS = 180 * 86_400_000
/** Browser features that the app does not use. Injected code must not use them, either. */
const PERMISSIONS = [
  'camera',
  'display-capture',
  'geolocation',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
]
  .map((name) => `${name}=()`)
  .join(', ')
/** RFC 9512. */
const CONTRACT_TYPE = 'application/yaml; charset=utf-8'

export interface PagesOptions {
  webDir: string
  docsDir: string
  securityContact: string | undefined
}

/**
 * Serves everything outside the contract, at known paths only. For any other path the response is a
 * 404: a page for browsers, a problem for all other clients.
 */
export function pages({ webDir, docsDir, securityContact }: PagesOptions): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  // Files are small and always sent whole. With these headers the response could be an error,
  // although a server may ignore them (RFC 9110, 14.2).
  router.use((request, _response, next) => {
    for (const name of ['range', 'if-range', 'if-match', 'if-unmodified-since'])
      delete request.headers[name]
    next()
  })
  const [web, docs] = [staticFiles(webDir), staticFiles(docsDir)]
  let contractFile: StaticFile | undefined
  router.get('/openapi.yaml', (request, response) => {
    contractFile ??= compressedFile(contractBytes, '.yaml')
    sendFile(request, response.set('Cache-Control', 'no-cache').type(CONTRACT_TYPE), contractFile)
  })
  if (securityContact !== undefined)
    router.get(
      '/.well-known/security.txt',
      (_request, response) => void response.type('text').send(securityText(securityContact)),
    )
  router.get(APP_ADDRESSES, page(web, 'index.html'))
  for (const name of APP_FILES) router.get(`/${name}`, page(web, name))
  router.get(/^\/assets\//, (request, response, next) => {
    response.set('Cache-Control', IMMUTABLE)
    if (web.send(request, response, request.path.slice(1))) return
    response.removeHeader('Cache-Control')
    next()
  })
  router.get('/docs', (_request, response) => response.redirect(308, '/docs/'))
  router.get(/^\/docs\//, (request, response, next) => {
    const path = request.path.slice('/docs/'.length) || 'index.html'
    policy(response, DOCS_POLICY).set('Cache-Control', 'no-cache')
    if (path.endsWith('.yaml')) response.type(CONTRACT_TYPE)
    // `type` of a problem says /docs/problems.
    if (docs.send(request, response, path) || docs.send(request, response, `${path}.html`)) return
    for (const name of ['Cache-Control', 'Content-Type']) response.removeHeader(name)
    next()
  })
  router.use((request, response, next) => {
    if (request.accepts(['application/problem+json', 'html']) !== 'html')
      return next(new ProblemError(problem('not_found')))
    policy(response, APP_POLICY).status(404).type('html').send(NOT_FOUND)
  })
  return router
}

function page(web: StaticFiles, name: string): RequestHandler {
  return (request, response) => {
    policy(response, APP_POLICY).set('Cache-Control', 'no-cache')
    if (!web.send(request, response, name))
      throw new Error(`web/dist/${name} is missing: npm run build makes it`)
  }
}

function policy(response: Response, contentSecurityPolicy: string): Response {
  return response.set({
    'Content-Security-Policy': contentSecurityPolicy,
    'Permissions-Policy': PERMISSIONS,
  })
}

/** The contents of security.txt (RFC 9116). Each response has a new expiry time. */
function securityText(contact: string): string {
  const expires = new Date(Date.now() + SECURITY_TEXT_MS).toISOString()
  return `Contact: ${contact}\nExpires: ${expires}\nPreferred-Languages: en\n`
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
