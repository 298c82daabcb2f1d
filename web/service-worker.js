// Keeps the app on the device, so that it opens without the network. Built into /sw.js by vite.config.ts, which puts in the two constants.
const VERSION = '__VERSION__'
const FILES = ['__FILES__']
/** The script that the page of this build loads. */
const ENTRY = '__ENTRY__'
/** Milliseconds that the network may take to bring the page before the one that is kept is shown. */
const PATIENCE = 3_000

self.addEventListener('install', (event) => {
  event.waitUntil(keepFiles().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    if (!/^\/(api|docs)(\/|$)/.test(pathname) && !pathname.includes('.'))
      event.respondWith(page(request))
  } else if (FILES.includes(pathname) || pathname.startsWith('/assets/')) {
    event.respondWith(kept(pathname).then((found) => found ?? fetch(request)))
  }
})

/** What the files of this build are by their ends; anything else that comes in their place, such as the page of a portal, is not kept. */
const TYPES = {
  js: /javascript/,
  css: /css/,
  svg: /svg/,
  png: /png/,
  webmanifest: /manifest|json/,
  html: /html/,
}

async function keepFiles() {
  const cache = await caches.open(VERSION)
  const files = await Promise.all(
    FILES.map((file) => fetch(new Request(file, { cache: 'no-cache' }))),
  )
  await Promise.all(files.map((response) => assertOurs(response.clone())))
  await Promise.all(files.map((response, index) => cache.put(FILES[index], response)))
}

/** The page of this build names its script. */
async function assertOurs(response) {
  const { pathname } = new URL(response.url)
  const [, end = 'html'] = /\.(\w+)$/.exec(pathname) ?? []
  const isOfType = TYPES[end]?.test(response.headers.get('content-type') ?? '')
  const isPage = end !== 'html' || (await response.text()).includes(ENTRY)
  if (!response.ok || response.redirected || !isOfType || !isPage)
    throw new TypeError(`${pathname} is not what this build has there`)
}

/** All but the last two: a page that was opened with the one before may still ask for its parts. */
async function forgetOld() {
  const versions = (await caches.keys()).filter((name) => name !== VERSION)
  await Promise.all(versions.slice(0, -1).map((name) => caches.delete(name)))
}

/** As the network has it; the one that is kept where the network has none, is slow, or has a server behind it that is down. */
async function page(request) {
  const impatient = new Promise((resolve) => setTimeout(resolve, PATIENCE)).then(() => kept('/'))
  const fresh = fetch(request).then(
    async (response) => (response.status >= 500 ? ((await kept('/')) ?? response) : response),
    () => kept('/'),
  )
  return (await Promise.race([fresh, impatient])) ?? fresh
}

/** Of this version, or else of the one before. */
async function kept(path) {
  const cache = await caches.open(VERSION)
  return (await cache.match(path)) ?? caches.match(path)
}
