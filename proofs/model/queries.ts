import fc from 'fast-check'
import type { components } from '../../sdk/contract.gen.ts'
import { contract } from '../../server/contract/document.ts'
import type { Schema } from '../requests/request-schemas.ts'
import { validValues } from '../requests/valid-values.ts'
import type { Query } from './model.ts'

type Schemas = components['schemas']

export const component = <Name extends keyof Schemas>(name: Name) =>
  validValues(contract.components.schemas[name] as Schema) as fc.Arbitrary<Schemas[Name]>
/** Labels and words are made to meet, now and then. */
export const few = fc.uniqueArray(fc.constantFrom('home', 'work', 'Home', '家'), {
  minLength: 1,
  maxLength: 3,
})

const queries = fc.record(
  {
    trashed: fc.boolean(),
    completed: fc.boolean(),
    priority: fc.uniqueArray(component('Priority'), { minLength: 1, maxLength: 3 }),
    label: few,
    label_match: fc.constantFrom('any' as const, 'all' as const),
    due: fc.constantFrom(
      'overdue' as const,
      'today' as const,
      'upcoming' as const,
      'none' as const,
    ),
    due_before: component('Day'),
    due_after: component('Day'),
    q: fc.constantFrom('a', 'A e', 'E\u0301', '%', '_ \\'),
    sort: fc.constantFrom<NonNullable<Query['sort']>[]>(
      ...(['created_at', 'updated_at', 'due', 'priority', 'position'] as const).flatMap(
        (key) => [key, `-${key}`] as const,
      ),
    ),
  },
  { requiredKeys: [] },
)
/** With few of the filters, so that something is left. */
export const readable = fc.tuple(queries, fc.nat()).map(([query, pick]): Query => {
  const names = Object.keys(query).filter((name) => name !== 'sort')
  const kept = names.length === 0 ? [] : [names[pick % names.length], 'sort', 'label_match']
  return Object.fromEntries(Object.entries(query).filter(([name]) => kept.includes(name)))
})
