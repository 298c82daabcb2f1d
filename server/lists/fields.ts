import type { components } from '../../sdk/contract.gen.ts'
import { sql } from '../database/sql.ts'
import type { Field } from '../resource/field.ts'
import { defineResource } from '../resource/fields.ts'
import { COMMON_RULES } from '../resource/rule-violation.ts'

type Content = Omit<components['schemas']['ListCreate'], 'id'>

const TEXT = sql.fragment`text`

/** The fields of a list that a user writes: a new field is a line here. */
const FIELDS: readonly Field<keyof Content>[] = [
  { name: 'name', type: TEXT },
  { name: 'description', type: TEXT },
  { name: 'color', type: TEXT, initial: 'gray' },
  { name: 'archived', type: sql.fragment`boolean`, initial: false, since: 'archived_at' },
]

/** Most tasks that go to the trash with their list. */
export const LIST_LIMIT = 2_000

export const lists = defineResource<Content>({
  type: 'list',
  table: 'lists',
  fields: FIELDS,
  counted: ['name', 'description'],
  // The tasks of the list go before it, or with it.
  isPurgeable: (stays) => sql.fragment`
    not exists (
      select
      from tasks
      where tasks.user_id = lists.user_id
        and tasks.list_id = lists.id
        and tasks.state <> 'trashed'
    )
    and not exists (
      select
      from tasks
      where tasks.user_id = lists.user_id
        and tasks.list_id = lists.id
        and tasks.state = 'trashed'
        and ${stays('tasks')}
    )`,
  rules: {
    ...COMMON_RULES,
    neighbour_missing: [['before', 'after'], 'Is not the id of another list.'],
    list_too_large: [[''], 'Has too many tasks.', 'list_too_large'],
  },
})
