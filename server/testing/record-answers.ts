import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll } from 'vitest'
import { rowOf } from './answer-rows.ts'
import { servers } from './service.ts'

// Runs before each test file: notes what every server of ours in this process sends, below Express
// and just above the socket, so that neither our guard nor the client of a test has a say in it.
// `scripts/suite.ts` makes the table.

const file = process.env.ANSWERS_FILE
const rows = new WeakMap<IncomingMessage, string>()
const counts = new Map<string, number>()

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  server: object
}

if (file !== undefined) {
  // At the start, because Express rewrites the request on the way.
  subscribe('http.server.request.start', (message) => {
    const { request } = message as Exchange
    rows.set(request, rowOf(request.method ?? '', request.url ?? ''))
  })
  subscribe('http.server.response.finish', (message) => {
    const { request, response, server } = message as Exchange
    const kind = servers.get(server)
    if (kind === undefined || (kind === 'with fakes' && response.statusCode !== 500)) return
    const type = String(response.getHeader('content-type') ?? 'no body').split(';', 1)[0]
    const answer = `${rows.get(request)}\t${response.statusCode} ${type}`
    counts.set(answer, (counts.get(answer) ?? 0) + 1)
  })
  afterAll(() =>
    appendFileSync(file, [...counts].map(([answer, count]) => `${answer}\t${count}\n`).join('')),
  )
}
