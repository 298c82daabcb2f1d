import fc from 'fast-check'
import type { components } from '../../sdk/contract.gen.ts'
import { NO_TASK } from '../requests/example-request.ts'
import { day, listIdAt, liveAt, parentIdAt, type User } from './commands.ts'
import { hangsInTheAir, keptLabels, merged } from './members.ts'
import { isOpen, isTrashed, moved, reachable } from './model.ts'
import { component, few } from './queries.ts'
import type { Write } from './tasks.ts'
import { placeOf } from './trees.ts'

type Schemas = components['schemas']
type Task = Schemas['Task']

/** The hours that no time zone skips: what is skipped has its own tests. */
const atDay = <T extends { due_time?: string | null }>(fields: T): T =>
  fields.due_time ? { ...fields, due_time: fields.due_time.replace(/^(0|2)/, '1') } : fields
/**
 * On a day near this one, where such an offset is given, and now and then with a time; without a
 * zone, in which it might be another day.
 */
const dated = <
  T extends { due_time?: string | null; due_date?: string | null; due_time_zone?: string | null },
>(
  fields: T,
  offset: number | undefined,
): T =>
  offset === undefined
    ? fields
    : {
        ...fields,
        due_date: day(offset),
        due_time: offset % 2 === 0 ? null : '12:30',
        due_time_zone: null,
      }
const offsets = fc.option(fc.constantFrom(-1, 0, 1, 2), { nil: undefined })
const recurrences = fc.option(
  fc.record(
    {
      rule: fc.constantFrom('FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=MO,TH', 'FREQ=DAILY;COUNT=2'),
      from: fc.constantFrom('due' as const, 'completion' as const),
      missed: fc.constantFrom('skip' as const, 'keep' as const),
    },
    { requiredKeys: ['rule'] },
  ),
)
/** Some recur, mostly those that have a date. */
const lively = <Fields extends Schemas['TaskUpdate']>(all: fc.Arbitrary<Fields>) =>
  fc.tuple(all, offsets, recurrences).map(([fields, offset, recurrence]): Fields => {
    const recurs = fields.recurrence === undefined ? {} : { recurrence }
    return dated({ ...atDay(fields), ...recurs }, offset)
  })
export const creations = lively(component('TaskCreate'))
const changes = lively(component('TaskUpdate'))
/** Some list, now and then the Inbox, mostly nothing said. */
export const places = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.nat(5) },
  { weight: 1, arbitrary: fc.constant('inbox' as const) },
)
/** Some task, now and then none, mostly nothing said. */
const parents = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.nat(8) },
  { weight: 1, arbitrary: fc.constant('none' as const) },
)
export const writes: fc.Arbitrary<Write> = fc.oneof(
  fc
    .tuple(changes, few, fc.boolean(), places, parents)
    .map(([update, labels, fewLabels, where, under]): Write => {
      const {
        list_id: _,
        parent_id: __,
        ...json
      } = update.labels && fewLabels ? { ...update, labels } : update
      return {
        name: `update ${JSON.stringify(json)} ${where} ${under}`,
        method: 'PATCH',
        path: '',
        json: (world, user) => ({
          ...json,
          ...(where === 'inbox'
            ? { list_id: null }
            : where === undefined
              ? {}
              : { list_id: listIdAt(world, user, where) }),
          ...(under === 'none'
            ? { parent_id: null }
            : under === undefined
              ? {}
              : { parent_id: parentIdAt(world[user], under) }),
        }),
        after: (task, account, sent) => {
          const update = sent as Schemas['TaskUpdate']
          const place = placeOf(account, task, update)
          const { recurrence, ...others } = update
          const recurs: Partial<Task> =
            recurrence === undefined ? {} : { recurrence: merged(recurrence, task.recurrence) }
          if (recurrence) Object.assign(recurs, { series_id: task.series_id ?? task.id })
          return hangsInTheAir({ ...task, ...others, ...recurs }) || place === 'refused'
            ? 'refused'
            : { ...others, ...place, ...keptLabels(update), ...recurs }
        },
      }
    }),
  fc.tuple(fc.boolean(), fc.constantFrom(undefined, 'keep', 'include')).map(
    ([completed, subtasks]): Write => ({
      name: `set ${completed} ${subtasks}`,
      method: 'PATCH',
      path: '/complete',
      json: () => ({ completed, ...(subtasks === undefined ? {} : { subtasks }) }),
      after: () => ({ completed }),
      ...(subtasks === 'include' ? { kind: 'with subtasks' } : {}),
    }),
  ),
  fc.constant<Write>({
    name: 'toggle',
    method: 'PATCH',
    path: '/complete',
    after: ({ completed }) => ({ completed: !completed }),
  }),
  fc.constant<Write>({
    name: 'delete',
    method: 'DELETE',
    path: '',
    after: () => ({ trashed_at: 'now' }),
    kind: 'trash',
  }),
  fc.constant<Write>({
    name: 'restore',
    method: 'POST',
    path: '/restore',
    after: (task, account) => {
      if (!isTrashed(task)) return {}
      // Where its parent is not there any more, it has none; where its list is not, it is in the
      // Inbox.
      const parent = reachable(account).find(({ id }) => id === task.parent_id)
      const list_id = parent ? parent.list_id : isOpen(account, task.list_id) ? task.list_id : null
      return { trashed_at: null, parent_id: parent?.id ?? null, list_id }
    },
    kind: 'restore',
  }),
)
export const moves = fc
  .tuple(fc.constantFrom('before', 'after', 'top', 'bottom'), fc.nat(20), fc.boolean())
  .map(
    ([where, index, ofOther]): Write => ({
      name: `move ${where} ${index}${ofOther ? ' of the other' : ''}`,
      method: 'POST',
      path: '/move',
      json: (world, user) => {
        if (where === 'top' || where === 'bottom') return { to: where }
        return {
          [where]:
            liveAt(world[ofOther && index % 5 === 0 ? ((1 - user) as User) : user], index)?.id ??
            NO_TASK,
        }
      },
      after: (task, account, json) => {
        const order = moved(account.order, task.id, json as Schemas['TaskMove'])
        if (!order) return 'refused'
        const isThere = order.every((id, place) => id === account.order[place])
        account.order = order
        // Where exactly is for the server to say, and for the order of the list to prove.
        return isThere ? {} : { position: 'elsewhere' }
      },
    }),
  )
