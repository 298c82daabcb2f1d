import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPerson, type Person } from '../../testing/person.ts'
import { startService, type TestService } from '../../testing/service.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

const answered = async (path: string, traceparent: string) =>
  (await ada.send(path, { headers: { traceparent } })).headers.get('traceparent')

test('a request in a trace is a span: in response and log (rule 25)', async () => {
  const spans = new Set<string>()
  for (const [path, messages] of [
    [ada.tasks, ['request']],
    ['/api/x/tasks', ['refused', 'request']],
    ['/api/auth/get-session', ['request']],
  ] as const) {
    const before = service.log.length
    const response = await answered(path, `00-${TRACE}-${PARENT}-01`)
    expect(response).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
    const spanId = String(response?.split('-')[2])
    spans.add(spanId)
    await expect.poll(() => service.log.length).toBe(before + messages.length)
    const lines = service.log.slice(before).map((line) => JSON.parse(line))
    expect(lines).toEqual(
      messages.map((msg) =>
        expect.objectContaining({ msg, trace_id: TRACE, span_id: spanId, parent_span_id: PARENT }),
      ),
    )
  }
  expect(spans.has(PARENT)).toBe(false)
  expect(spans.size).toBe(3)
})

test.each([
  ['of a later version, with more behind', `cc-${TRACE}-${PARENT}-01-what-comes-later`, '01'],
  ['of a later version', `01-${TRACE}-${PARENT}-00`, '00'],
  ['with unknown flags', `00-${TRACE}-${PARENT}-ff`, '03'],
])('a trace %s is passed on as version 00', async (_, traceparent, flags) => {
  expect(await answered(ada.tasks, traceparent)).toMatch(
    new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`),
  )
})

test.each([
  ['nothing', ''],
  ['capitals', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
  ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['the version that is none', `ff-${TRACE}-${PARENT}-01`],
  ['more than version 00 has', `00-${TRACE}-${PARENT}-01-more`],
  ['two in one', `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
  ['what no trace is', '{"a":1}'],
])('%s in traceparent is left alone, and the request answered', async (_, traceparent) => {
  const { status, headers } = await ada.send(ada.tasks, { headers: { traceparent } })
  expect([status, headers.get('traceparent')]).toEqual([200, null])
})
