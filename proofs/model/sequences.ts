import fc from 'fast-check'
import { type User, VERSIONS } from './commands.ts'
import { create, createAgain, importFile } from './creations.ts'
import { changeLabel, type LabelWrite } from './labels.ts'
import { changeList, createList, type ListWrite } from './lists.ts'
import { component, few, readable } from './queries.ts'
import { empty, read, repeat } from './reads.ts'
import { change } from './tasks.ts'
import { creations, moves, places, writes } from './writes.ts'

const users = fc.constantFrom<User[]>(0, 1)
const lists = fc.option(fc.nat(5), { nil: undefined })

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

const labelNames = fc.constantFrom('home', 'HOME', 'work', '家', 'other')
const labelWrites: fc.Arbitrary<LabelWrite> = fc.oneof(
  fc.record({ name: labelNames, color: component('Color') }, { requiredKeys: [] }),
  fc.record({ color: component('Color') }),
  fc.constant({ name: null }),
)

/** Random sequences of all operations on tasks, lists and labels by two users. */
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
    fc
      .tuple(users, labelNames, labelWrites, fc.boolean(), fc.boolean())
      .map((parameters) => changeLabel(...parameters)),
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
