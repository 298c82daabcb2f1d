import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { components } from '../../../sdk/contract.gen.ts'
import { sendBytes } from '../../testing/bytes.ts'
import { newPerson, type Person } from '../../testing/person.ts'
import { isProblem } from '../../testing/problem.ts'
import { startService, type TestService } from '../../testing/service.ts'

type Problem = components['schemas']['Problem']
type Task = components['schemas']['Task']

let service: TestService
let ada: Person
beforeAll(async () => {
  service = await startService({ keep: true })
  ada = await newPerson(service.url)
})
afterAll(() => service.close())

const raw = (bytes: string) => sendBytes(service.url, bytes)

describe('bodies', () => {
  const post = (
    body: NonNullable<RequestInit['body']>,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => ada.send<Problem>(ada.tasks, { method: 'POST', body, headers })

  test.each([
    '{',
    '{"title":"x"',
    "{'title':'x'}",
    '{"title":"x"}}',
    'title=x',
    '\u0000',
    '{"title":NaN}',
  ])('400: %s is not JSON', async (body) => {
    const response = await post(body)
    expect(response.status).toBe(400)
    isProblem(response, 'malformed_json')
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/merge-patch+json',
    ';',
    'application/json; charset=klingon',
  ])('415: %s, with Accept', async (type) => {
    const response = await post('{"title":"x"}', { 'content-type': type })
    expect([response.status, response.headers.get('accept')]).toEqual([415, 'application/json'])
    isProblem(response, 'unsupported_media_type')
  })

  test('415: an encoding the server does not read', async () => {
    expect(
      (
        await post('{"title":"x"}', {
          'content-type': 'application/json',
          'content-encoding': 'compress',
        })
      ).status,
    ).toBe(415)
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)(
    '201, 413, 400: a body may be compressed as %s; limits hold when decoded',
    async (encoding, compress) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
      const response = await ada.send<Task>(ada.tasks, {
        method: 'POST',
        body: compress('{"title":"Müll raus"}'),
        headers,
      })
      expect([response.status, response.body.title]).toEqual([201, 'Müll raus'])
      isProblem(
        await post(compress(JSON.stringify({ title: 'x'.repeat(110_000) })), headers),
        'content_too_large',
      )
      isProblem(await post('{"title":"x"}', headers), 'malformed_json')
    },
  )

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)(
    '413: a body that becomes more than a hundred times as long (%s) is read no further',
    async (encoding, compress) => {
      const file = (size: number) => compress(`title\n"${'x'.repeat(size)}"`)
      const imported = (body: Buffer) =>
        ada.send<Problem>(`/api/${ada.id}/task-import`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'text/csv', 'content-encoding': encoding },
        })
      isProblem(await imported(file(4_000_000)), 'content_too_large')
      isProblem(await imported(file(400_000)), 'malformed_csv')
    },
  )

  test('503: bodies that a user sends at once are limited; small ones never are', async () => {
    const part = `title\n"${'x'.repeat(4_800_000)}`
    const head =
      `POST /api/${ada.id}/task-import HTTP/1.1\r\nhost: x\r\nauthorization: ` +
      `Bearer ${ada.token}\r\ncontent-type: text/csv\r\ncontent-length: 4900000\r\n\r\n`
    const held = Array.from({ length: 6 }, () =>
      connect(Number(new URL(service.url).port), '127.0.0.1', function (this: Socket) {
        this.write(head + part)
      }),
    )
    const first = await Promise.race(
      held.map(async (socket) => String((await once(socket, 'data'))[0])),
    )
    expect(first).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after/i)
    expect((await post('{"title":"x"}')).status).toBe(201)
    for (const socket of held) socket.destroy()
    const imported = () =>
      ada.send(`/api/${ada.id}/task-import`, {
        method: 'POST',
        body: `title\n"${'x'.repeat(4_000_000)}"`,
        headers: { 'content-type': 'text/csv' },
      })
    await expect.poll(async () => (await imported()).status).toBe(400)
  })

  test('bytes of clients that left while their bodies were decoded are given back', async () => {
    const rows = Array.from({ length: 1_000 }, () => crypto.randomUUID().repeat(100)).join('\n')
    const file = gzipSync(`title\n${rows}`)
    const head =
      `POST /api/${ada.id}/task-import HTTP/1.1\r\nhost: x\r\nauthorization: ` +
      `Bearer ${ada.token}\r\ncontent-type: text/csv\r\ncontent-encoding: ` +
      `gzip\r\ncontent-length: ${file.length}\r\n\r\n`
    for (let round = 0; round < 12; round += 1) {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
      socket.on('error', () => {})
      await new Promise<void>((resolve) =>
        socket.write(Buffer.concat([Buffer.from(head), file]), () => resolve()),
      )
      socket.resetAndDestroy()
    }
    const imported = () =>
      ada.send(`/api/${ada.id}/task-import`, {
        method: 'POST',
        body: `title\n"${'x'.repeat(4_000_000)}"`,
        headers: { 'content-type': 'text/csv' },
      })
    await expect.poll(async () => (await imported()).status).toBe(400)
    expect(
      await Promise.all(Array.from({ length: 3 }, imported)).then((responses) =>
        responses.map(({ status }) => status),
      ),
    ).toEqual([400, 400, 400])
  })

  test('201: of a member that is there twice, the last one counts', async () => {
    const response = await ada.send<Task>(ada.tasks, {
      method: 'POST',
      body: '{"title":"Not it","title":"x"}',
      headers: { 'content-type': 'application/json' },
    })
    expect([response.status, response.body.title]).toEqual([201, 'x'])
  })

  test('201: parameters and case of the media type do not matter', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'APPLICATION/JSON',
      'application/json;x=y',
    ])
      expect((await post('{"title":"x"}', { 'content-type': type })).status).toBe(201)
  })

  test('413: a body over the limit, announced or not', async () => {
    const large = JSON.stringify({ title: 'x'.repeat(110_000) })
    isProblem(await post(large), 'content_too_large')
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large))
        controller.close()
      },
    })
    const response = await ada.send<Problem>(ada.tasks, {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    } as RequestInit)
    expect(response.status).toBe(413)
  })

  test('413 at once where the length says so: nothing of the body needs to come', async () => {
    const headers =
      `host: x\r\nauthorization: Bearer ${ada.token}\r\ncontent-type: ` +
      `application/json\r\ncontent-length: 3000000000\r\n`
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () =>
      socket.write(`POST ${ada.tasks} HTTP/1.1\r\n${headers}\r\n`),
    )
    const [response] = await once(socket, 'data')
    socket.destroy()
    expect(String(response)).toMatch(/^HTTP\/1.1 413 /)
  })

  test('400: bytes that are not UTF-8 are not stored as something else', async () => {
    isProblem(
      await post(Buffer.from([...Buffer.from('{"title":"'), 0xff, 0xfe, ...Buffer.from('"}')])),
      'malformed_json',
    )
    expect(
      (await post('{"title":"x"}', { 'content-type': 'application/json; charset=utf-7' })).status,
    ).toBe(415)
  })

  test.each(['POST', 'PATCH'])('422: %s without the body that it needs', async (method) => {
    const path = method === 'POST' ? ada.tasks : `${ada.tasks}/${(await ada.addTask()).id}`
    const response = await ada.send<Problem>(path, {
      method,
      headers: { 'content-type': 'application/json' },
    })
    expect([response.status, response.body.errors]).toEqual([
      422,
      [{ in: 'body', pointer: '', code: 'required', detail: 'A body is required.' }],
    ])
  })

  test('422: a member without a name is named', async () => {
    const response = await post('{"title":"x","":1}')
    expect([response.status, response.body.errors]).toEqual([
      422,
      [{ in: 'body', pointer: '/', code: 'unknown_member', detail: 'Unknown property.' }],
    ])
  })

  test.each(['/', '~', '😀'])('422: a name of many %s has a valid pointer', async (character) => {
    const { status, body } = await post(
      JSON.stringify({ title: 'x', [`x${character.repeat(120)}`]: 1, [character.repeat(120)]: 1 }),
    )
    expect(status).toBe(422)
    expect(body.errors).toHaveLength(2)
    // RFC 6901, section 3, and no half of a surrogate pair.
    for (const { pointer } of body.errors ?? []) expect(pointer).toMatch(/^\/(?:[^~/]|~[01])*$/u)
  })

  test('a chunked body without a byte is no body', async () => {
    const task = await ada.addTask()
    const chunked = (method: string, path: string, headers = '', chunks = '0\r\n\r\n') =>
      raw(
        `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ` +
          `${ada.token}\r\n${headers}transfer-encoding: chunked\r\nconnection: ` +
          `close\r\n\r\n${chunks}`,
      )
    for (const [headers, completed] of [
      ['', true],
      ['content-type: application/json\r\n', false],
      ['content-type: text/plain\r\n', true],
    ] as const)
      expect(await chunked('PATCH', `${ada.tasks}/${task.id}/complete`, headers)).toMatch(
        new RegExp(`^HTTP/1.1 200 .*"completed":${completed}`, 's'),
      )
    expect(await chunked('POST', ada.tasks, 'content-type: application/json\r\n')).toMatch(
      /^HTTP\/1.1 422 /,
    )
    const split = '5\r\n{"tit\r\n8\r\nle":"x"}\r\n0\r\n\r\n'
    expect(await chunked('POST', ada.tasks, 'content-type: application/json\r\n', split)).toMatch(
      /^HTTP\/1.1 201 /,
    )
    expect(await chunked('POST', ada.tasks, 'content-type: text/plain\r\n', split)).toMatch(
      /^HTTP\/1.1 415 /,
    )
  })

  test('a body that the operation does not take is left unread', async () => {
    const task = await ada.addTask()
    expect(
      (
        await ada.send(`${ada.tasks}/${task.id}`, {
          method: 'DELETE',
          body: '{',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(204)
  })

  test('__proto__ and constructor are unknown members like any other', async () => {
    for (const body of [
      '{"title":"x","__proto__":{"completed":true}}',
      '{"title":"x","constructor":{}}',
    ])
      expect((await post(body)).status).toBe(422)
  })
})
