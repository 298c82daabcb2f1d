// Hono as its documentation has it: its own jwt and logger, zod for requests and responses.
import { serve } from '@hono/node-server'
import { zValidator } from '@hono/zod-validator'
import { Hono } from 'hono'
import { jwt } from 'hono/jwt'
import { logger } from 'hono/logger'
import { z } from 'zod'
import { given, openTasks } from './tasks.ts'

const tasks = await openTasks(given.url)
const time = z.iso.datetime()
const Task = z.strictObject({
  id: z.uuid(),
  user_id: z.uuid(),
  title: z.string().min(1).max(200),
  description: z.string().max(1_000).nullable(),
  completed: z.boolean(),
  completed_at: time.nullable(),
  due_date: z.iso.date().nullable(),
  due_time: z.string().max(5).nullable(),
  due_time_zone: z.string().max(64).nullable(),
  priority: z.enum(['none', 'low', 'medium', 'high']),
  labels: z.array(z.string().max(60)).max(20),
  position: z.string().max(1_000),
  trashed_at: time.nullable(),
  created_at: time,
  updated_at: time,
  etag: z.string().max(22),
})
const List = z.strictObject({
  items: z.array(Task).max(200),
  total: z.int(),
  total_is_exact: z.boolean(),
  next_cursor: z.string().nullable(),
})
const User = z.object({ user_id: z.uuid() })
const One = z.object({ user_id: z.uuid(), task_id: z.uuid() })
const Query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).optional(),
  completed: z.stringbool().optional(),
})
const Creation = z.strictObject({ title: z.string().min(1).max(200) })

interface Claims {
  sub: string
  sid: string
}
const app = new Hono<{ Variables: { jwtPayload: Claims } }>()
app.use(logger())
app.use('/api/:user_id/*', jwt({ secret: given.secret, alg: 'HS256' }), async (context, next) => {
  if (context.req.param('user_id') !== context.get('jwtPayload').sub)
    return context.json({ message: 'Access denied' }, 403)
  await next()
})
const sessionOf = ({ sub, sid }: Claims) => ({ userId: sub, sessionId: sid })

app.get(
  '/api/:user_id/tasks',
  zValidator('param', User),
  zValidator('query', Query),
  async (context) =>
    context.json(List.parse(await tasks.list(sessionOf(context.get('jwtPayload'))))),
)
app.get('/api/:user_id/tasks/:task_id', zValidator('param', One), async (context) =>
  context.json(
    Task.parse(
      await tasks.get(sessionOf(context.get('jwtPayload')), context.req.valid('param').task_id),
    ),
  ),
)
app.post(
  '/api/:user_id/tasks',
  zValidator('param', User),
  zValidator('json', Creation),
  async (context) =>
    context.json(
      Task.parse(
        await tasks.create(sessionOf(context.get('jwtPayload')), context.req.valid('json').title),
      ),
      201,
    ),
)
serve({ fetch: app.fetch, port: given.port, hostname: '127.0.0.1' })
