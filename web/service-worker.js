// Keeps the app on the device, so that it opens without the network. Built into /sw.js by vite.config.ts, which puts in the two constants.
const VERSION = '__VERSION__'
const FILES = ['__FILES__']
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
    if (!/^\/(api|docs)(\/|$)/.test(pathname) && !pathname.includes('.')) event.respondWith(page(request))
  } else if (FILES.includes(pathname) || pathname.startsWith('/assets/')) {
    event.respondWith(kept(pathname).then((found) => found ?? fetch(request)))
  }
})

async function keepFiles() {
  const cache = await caches.open(VERSION)
  await cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })))
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
    async (answer) => (answer.status >= 500 ? ((await kept('/')) ?? answer) : answer),
    () => kept('/'),
  )
  return (await Promise.race([fresh, impatient])) ?? fresh
}

/** Of this version, or else of the one before. */
async function kept(path) {
  const cache = await caches.open(VERSION)
  return (await cache.match(path)) ?? caches.match(path)
}
