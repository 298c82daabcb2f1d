import fc from 'fast-check'
import type { components } from '../../sdk/contract.gen.ts'
import { NO_TASK } from '../requests/example-request.ts'
import {
  change,
  create,
  createAgain,
  day,
  empty,
  importFile,
  listIdAt,
  liveAt,
  read,
  repeat,
  type User,
  VERSIONS,
  type Write,
} from './commands.ts'
import { changeList, createList, type ListWrite } from './lists.ts'
import { hangsInTheAir, isOpen, isTrashed, keptLabels, moved } from './model.ts'
import { component, few, readable } from './queries.ts'

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
const lists = fc.option(fc.nat(5), { nil: undefined })

const writes: fc.Arbitrary<Write> = fc.oneof(
  fc.tuple(changes, few, fc.boolean(), places).map(([update, labels, fewLabels, where]): Write => {
    const { list_id: _, ...json } = update.labels && fewLabels ? { ...update, labels } : update
    return {
      name: `update ${JSON.stringify(json)} ${where}`,
      method: 'PATCH',
      path: '',
      json: (world, user) =>
        where === 'inbox'
          ? { ...json, list_id: null }
          : { ...json, ...(where === undefined ? {} : { list_id: listIdAt(world, user, where) }) },
      after: (task, account, sent) => {
        const update = sent as Schemas['TaskUpdate']
        return hangsInTheAir({ ...task, ...update }) || !isOpen(account, update.list_id)
          ? 'refused'
          : { ...update, ...keptLabels(update) }
      },
    }
  }),
  fc.boolean().map(
    (completed): Write => ({
      name: `set ${completed}`,
      method: 'PATCH',
      path: '/complete',
      json: () => ({ completed }),
      after: () => ({ completed }),
    }),
  ),
  fc.constant<Write>({
    name: 'toggle',
    method: 'PATCH',
    path: '/complete',
    after: ({ completed }) => ({ completed: !completed }),
  }),
  fc.constant<Write>({ name: 'delete', method: 'DELETE', path: '', after: () => 'trashed' }),
  fc.constant<Write>({
    name: 'restore',
    method: 'POST',
    path: '/restore',
    after: (task, account) => ({
      trashed_at: null,
      // Where its list is in the trash, or purged, it comes back to the Inbox.
      ...(isTrashed(task) && !isOpen(account, task.list_id) ? { list_id: null } : {}),
    }),
    reachesTrash: true,
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
