// Fastify as its documentation has it: schemas for requests and responses, @fastify/jwt,
// @fastify/response-validation.
// `tuned`: with what Docket does too, verified tokens remembered and reads in a pipeline.
import jwt from '@fastify/jwt'
import responseValidation from '@fastify/response-validation'
import addFormats from 'ajv-formats'
import fastify from 'fastify'
import { given, openTasks } from './tasks.ts'

const isTuned = process.argv[2] === 'tuned'
const tasks = await openTasks(given.url, isTuned ? 'reads' : 'nothing')
const app = fastify({ logger: { level: 'info' } })
await app.register(jwt, { secret: given.secret, verify: { cache: isTuned } })
await app.register(responseValidation, { ajv: { plugins: [addFormats.default] } })

const text = { type: 'string', maxLength: 1_000 }
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] })
const time = { type: 'string', format: 'date-time' }
const task = {
  type: 'object',
  additionalProperties: false,
  required: [
    'id',
    'user_id',
    'title',
    'completed',
    'priority',
    'labels',
    'created_at',
    'updated_at',
    'etag',
  ],
  properties: {
    id: { type: 'string', format: 'uuid' },
    user_id: { type: 'string', format: 'uuid' },
    title: { type: 'string', minLength: 1, maxLength: 200 },
    description: orNull(text),
    completed: { type: 'boolean' },
    completed_at: orNull(time),
    due_date: orNull({ type: 'string', format: 'date' }),
    due_time: orNull({ type: 'string', maxLength: 5 }),
    due_time_zone: orNull({ type: 'string', maxLength: 64 }),
    priority: { type: 'string', enum: ['none', 'low', 'medium', 'high'] },
    labels: { type: 'array', maxItems: 20, items: { type: 'string', maxLength: 60 } },
    position: text,
    trashed_at: orNull(time),
    created_at: time,
    updated_at: time,
    etag: text,
  },
}
const list = {
  type: 'object',
  additionalProperties: false,
  required: ['items', 'total', 'total_is_exact', 'next_cursor'],
  properties: {
    items: { type: 'array', maxItems: 200, items: task },
    total: { type: 'integer' },
    total_is_exact: { type: 'boolean' },
    next_cursor: orNull(text),
  },
}
const user = {
  type: 'object',
  required: ['user_id'],
  properties: { user_id: { type: 'string', format: 'uuid' } },
}
const one = {
  type: 'object',
  required: ['user_id', 'task_id'],
  properties: { ...user.properties, task_id: { type: 'string', format: 'uuid' } },
}
const query = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 200 },
    completed: { type: 'boolean' },
  },
}
const creation = {
  type: 'object',
  additionalProperties: false,
  required: ['title'],
  properties: { title: task.properties.title },
}

interface Claims {
  sub: string
  sid: string
}
app.addHook('onRequest', async (request, reply) => {
  await request.jwtVerify()
  if ((request.params as { user_id: string }).user_id !== (request.user as Claims).sub)
    return reply.code(403).send({ message: 'Access denied' })
})
const sessionOf = ({ user }: { user: unknown }) => ({
  userId: (user as Claims).sub,
  sessionId: (user as Claims).sid,
})

app.get(
  '/api/:user_id/tasks',
  { schema: { params: user, querystring: query, response: { 200: list } } },
  (request) => tasks.list(sessionOf(request)),
)
app.get(
  '/api/:user_id/tasks/:task_id',
  { schema: { params: one, response: { 200: task } } },
  (request) => tasks.get(sessionOf(request), (request.params as { task_id: string }).task_id),
)
app.post(
  '/api/:user_id/tasks',
  { schema: { params: user, body: creation, response: { 201: task } } },
  async (request, reply) => {
    reply.code(201)
    return tasks.create(sessionOf(request), (request.body as { title: string }).title)
  },
)
await app.listen({ port: given.port, host: '127.0.0.1' })
