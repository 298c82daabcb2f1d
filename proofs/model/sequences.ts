import fc from 'fast-check'
import type { components } from '../../sdk/contract.gen.ts'
import { NO_TASK } from '../requests/example-request.ts'
import {
  day,
  empty,
  listIdAt,
  liveAt,
  parentIdAt,
  read,
  repeat,
  type User,
  VERSIONS,
} from './commands.ts'
import { changeList, createList, type ListWrite } from './lists.ts'
import { hangsInTheAir, isOpen, isTrashed, keptLabels, moved, reachable } from './model.ts'
import { component, few, readable } from './queries.ts'
import { change, create, createAgain, importFile, type Write } from './tasks.ts'
import { placeOf } from './trees.ts'

type Schemas = components['schemas']

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
const users = fc.constantFrom<User[]>(0, 1)
const creations = fc
  .tuple(component('TaskCreate'), offsets)
  .map(([fields, offset]) => dated(atDay(fields), offset))
const changes = fc
  .tuple(component('TaskUpdate'), offsets)
  .map(([fields, offset]) => dated(atDay(fields), offset))
/** Some list, now and then the Inbox, mostly nothing said. */
const places = fc.oneof(
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
const lists = fc.option(fc.nat(5), { nil: undefined })

const writes: fc.Arbitrary<Write> = fc.oneof(
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
          return hangsInTheAir({ ...task, ...update }) || place === 'refused'
            ? 'refused'
            : { ...update, ...place, ...keptLabels(update) }
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
const moves = fc
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
const indexes = fc.nat(20)
const newLists = component('ListCreate').map(({ id, ...fields }) => fields)
const listWrites: fc.Arbitrary<ListWrite> = fc.oneof(
  component('ListUpdate').map((json): ListWrite => ({ name: 'update', json })),
  fc.constantFrom<ListWrite[]>({ name: 'delete' }, { name: 'restore' }),
  fc
    .tuple(
      fc.constantFrom('top' as const, 'bottom' as const, 'before' as const, 'after' as const),
      fc.nat(5),
    )
    .map(([where, index]): ListWrite => ({ name: 'move', where, index })),
)

/** Random sequences of all operations on tasks and lists by two users. */
export const sequences = fc.commands(
  [
    fc
      .tuple(users, creations, fc.boolean())
      .map(([user, fields, keyed]) => create(user, fields, keyed)),
    fc.tuple(users, creations, fc.boolean(), lists).map((parameters) => create(...parameters)),
    fc
      .tuple(users, creations, fc.boolean(), fc.option(fc.nat(5), { nil: undefined, freq: 1 }))
      .chain((parameters) => fc.nat(8).map((under) => create(...parameters, under))),
    fc.tuple(users, newLists, fc.boolean()).map((parameters) => createList(...parameters)),
    fc
      .tuple(users, indexes, fc.constantFrom(...VERSIONS), listWrites, fc.boolean())
      .map((parameters) => changeList(...parameters)),
    fc
      .tuple(users, indexes, fc.constantFrom(...VERSIONS), listWrites, fc.boolean())
      .map((parameters) => changeList(...parameters)),
    fc.tuple(users, indexes, fc.boolean()).map((parameters) => createAgain(...parameters)),
    fc
      .tuple(users, creations, few)
      .map(([user, fields, labels]) => create(user, { ...fields, labels }, false)),
    fc
      .tuple(users, indexes, fc.constantFrom(...VERSIONS), writes, fc.boolean())
      .map((parameters) => change(...parameters)),
    fc
      .tuple(users, indexes, fc.constantFrom(...VERSIONS), writes, fc.boolean())
      .map((parameters) => change(...parameters)),
    fc
      .tuple(users, indexes, fc.constantFrom(...VERSIONS), moves, fc.boolean())
      .map((parameters) => change(...parameters)),
    fc
      .tuple(users, fc.constantFrom(...VERSIONS), writes)
      .map(([user, which, write]) => change(user, 0, which, write, false, true)),
    users.map(empty),
    fc
      .tuple(users, fc.array(creations, { maxLength: 3 }), indexes, fc.boolean(), lists)
      .map((parameters) => importFile(...parameters)),
    fc.tuple(users, indexes, fc.boolean()).map((parameters) => repeat(...parameters)),
    fc
      .tuple(users, indexes, readable, fc.integer({ min: 1, max: 5 }), places)
      .map((parameters) => read(...parameters)),
  ],
  { size: 'max', maxCommands: 60 },
)
