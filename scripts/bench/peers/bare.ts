// The limit: node:http and pg, with no check of anything. `pipelined`: the same, sending without
// waiting.
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { given, openTasks } from './tasks.ts'

const tasks = await openTasks(given.url, process.argv[2] === 'pipelined' ? 'everything' : 'nothing')

createServer(async (request, response) => {
  const [, , userId, , taskId] = (request.url ?? '').split(/[/?]/) as [
    string,
    string,
    string,
    string,
    string,
  ]
  const session = { userId, sessionId: given.session }
  const [status, body] =
    request.method === 'POST'
      ? [201, await tasks.create(session, ((await json(request)) as { title: string }).title)]
      : request.url?.includes('tasks/')
        ? [200, await tasks.get(session, taskId)]
        : [200, await tasks.list(session)]
  const text = JSON.stringify(body)
  response
    .writeHead(status as number, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text)
}).listen(given.port, '127.0.0.1')
