import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'
import { defineResource, type Field } from '../resource/fields.ts'
import { COMMON_RULES } from '../resource/rule-violation.ts'

type Content = Omit<components['schemas']['TaskCreate'], 'id'>

const TEXT = sql.fragment`text`

/** The fields of a task that a user writes: a new field is a line here. */
export const FIELDS: readonly Field<keyof Content>[] = [
  { name: 'list_id', type: sql.fragment`uuid` },
  { name: 'title', type: TEXT },
  { name: 'description', type: TEXT },
  { name: 'completed', type: sql.fragment`boolean`, initial: false, since: 'completed_at' },
  {
    name: 'due_date',
    type: sql.fragment`date`,
    output: sql.fragment`to_char(due_date, 'YYYY-MM-DD')`,
  },
  {
    name: 'due_time',
    type: sql.fragment`time`,
    output: sql.fragment`to_char(due_time, 'HH24:MI')`,
  },
  { name: 'due_time_zone', type: TEXT },
  {
    name: 'priority',
    type: sql.fragment`task_priority`,
    initial: 'none',
    output: sql.fragment`priority::text`,
  },
  {
    name: 'labels',
    type: sql.fragment`text[]`,
    initial: [],
    stored: (labels) => sql.fragment`unique_labels(${labels})`,
  },
]

export const tasks = defineResource<Content>({
  type: 'task',
  table: 'tasks',
  fields: FIELDS,
  counted: ['title', 'description', 'labels'],
  placedBy: ['list_id'],
  rules: {
    ...COMMON_RULES,
    list_missing: [['list_id', 'list'], 'Is not the id of a list.'],
    time_without_date: [
      ['due_time', 'due_date'],
      'Is a time without a day: due_time needs a due_date. To take the day away, set the time to ' +
        'null, too.',
    ],
    zone_without_time: [
      ['due_time_zone', 'due_time'],
      'Is a time zone without a time: due_time_zone needs a due_time. To take the time away, set ' +
        'the time zone to null, too.',
    ],
    zone_unknown: [
      ['due_time_zone'],
      'Is a time zone that the database of this server does not know.',
    ],
    time_skipped: [
      ['due_time', 'due_date', 'due_time_zone'],
      'Does not exist on that day in that time zone, because the clocks skip it.',
    ],
    neighbour_missing: [['before', 'after'], 'Is not the id of another task.'],
  },
})

/** Whether a list of the caller has this id and is not in the trash. */
export const isListThere = (caller: Caller, listId: Fragment): Fragment => sql.fragment`
  exists (
    select
    from lists
    where lists.user_id = ${caller.userId}::uuid
      and lists.id = ${listId}
      and lists.state <> 'trashed'
  )`

/** The rule that a task with these columns violates, else null. */
export const violationOf = (caller: Caller): Fragment => sql.fragment`
  case
    when list_id is not null and not ${isListThere(caller, sql.fragment`list_id`)}
      then 'list_missing'
    else due_violation(due_date, due_time, due_time_zone)
  end`

/** The members of a file of tasks that come from these fields. */
export const FILE_MEMBERS = FIELDS.flatMap(({ name }) =>
  name === 'completed' ? ([name, 'completed_at'] as const) : ([name] as const),
)
