import { LEVELS } from '../../rules/limits.ts'
import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import { type Fragment, sql } from '../database/sql.ts'
import type { Field } from '../resource/field.ts'
import { defineResource } from '../resource/fields.ts'
import { COMMON_RULES } from '../resource/rule-violation.ts'
import { RECURRENCE } from './recurrence-field.ts'

type Content = Omit<components['schemas']['TaskCreate'], 'id'>

const TEXT = sql.fragment`text`
const UUID = sql.fragment`uuid`
const dayField = <Name extends keyof Content>(name: Name): Field<Name> => ({
  name,
  type: sql.fragment`date`,
  output: sql.fragment`to_char(${sql.identifier([name])}, 'YYYY-MM-DD')`,
})

/** The fields of a task that a user writes: a new field is a line here. */
export const FIELDS: readonly Field<keyof Content>[] = [
  { name: 'list_id', type: UUID },
  { name: 'parent_id', type: UUID },
  { name: 'title', type: TEXT },
  { name: 'description', type: TEXT },
  { name: 'completed', type: sql.fragment`boolean`, initial: false, since: 'completed_at' },
  dayField('starts_on'),
  dayField('due_date'),
  {
    name: 'due_time',
    type: sql.fragment`time`,
    output: sql.fragment`to_char(due_time, 'HH24:MI')`,
  },
  { name: 'due_time_zone', type: TEXT },
  RECURRENCE,
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

/** What took a task in the trash along; ids of lists and of tasks may be the same. */
const TRASHED_WITH = ['trashed_with_list', 'trashed_with_task']

/** What a task says of its series. */
const SERIES = ['series_id', 'next_task_id', 'next_due', 'series_time']

export const tasks = defineResource<Content>({
  type: 'task',
  table: 'tasks',
  fields: FIELDS,
  counted: ['title', 'description', 'labels'],
  placedBy: ['list_id', 'parent_id'],
  kept: {
    columns: ['level', 'subtasks_open', 'subtasks_done', ...SERIES, ...TRASHED_WITH],
    members: {
      subtasks: sql.fragment`json_build_object('open', subtasks_open, 'done', subtasks_done)`,
      series_id: sql.fragment`series_id`,
      next_task_id: sql.fragment`next_task_id`,
    },
  },
  level: 'level',
  rules: {
    ...COMMON_RULES,
    list_missing: [['list_id', 'list'], 'Is not the id of a list.'],
    parent_missing: [['parent_id'], 'Is not the id of a task.'],
    not_list_of_parent: [
      ['list_id', 'parent_id'],
      'Is not the list of the parent task. To take the task out of its parent, set parent_id to ' +
        'null, too.',
    ],
    too_deep: [['parent_id'], 'Leaves a task below the fourth level.', 'too_deep'],
    would_be_its_own_ancestor: [
      ['parent_id'],
      'Is the task itself or one of its subtasks.',
      'would_be_its_own_ancestor',
    ],
    too_many_subtasks: [[''], 'Has too many subtasks.', 'too_many_subtasks'],
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
    recurrence_without_date: [
      ['recurrence', 'due_date'],
      'Is a recurrence without a day: recurrence needs a due_date. To take the day away, set the ' +
        'recurrence to null, too.',
    ],
    nothing_to_skip: [[''], 'Has no later date.', 'nothing_to_skip'],
    day_in_future: [['completed_on', 'skipped_on'], 'Is a day that has begun nowhere yet.'],
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

const column = (row: string, name: string) => sql.fragment`${sql.identifier([row, name])}`

/** A value of the task of the caller with this id, where it is not in the trash; else null. */
export const valueOfTask = (
  caller: Caller,
  id: Fragment,
  value: Fragment,
): Fragment => sql.fragment`
  (
    select ${value}
    from tasks task
    where task.user_id = ${caller.userId}::uuid
      and task.id = ${id}
      and task.state <> 'trashed'
  )`

/** The rule that the list of a task without a parent violates, else null. */
export function listViolation(caller: Caller, row: string): Fragment {
  const listId = column(row, 'list_id')
  return sql.fragment`
  case
    when ${listId} is not null and not ${isListThere(caller, listId)} then 'list_missing'
  end`
}

/**
 * The rule that the place of a task violates, else null.
 *
 * @param row where its `list_id`, `parent_id` and `level` stand
 * @param height how many levels of subtasks it has
 */
export function placeViolation(caller: Caller, row: string, height: Fragment): Fragment {
  const [listId, parentId] = [column(row, 'list_id'), column(row, 'parent_id')]
  const ofParent = (value: Fragment) => valueOfTask(caller, parentId, value)
  return sql.fragment`
  case
    when ${parentId} is null then ${listViolation(caller, row)}
    when ${ofParent(sql.fragment`true`)} is null then 'parent_missing'
    when ${listId} is distinct from ${ofParent(sql.fragment`task.list_id`)}
      then 'not_list_of_parent'
    when ${column(row, 'level')} + ${height} > ${LEVELS} then 'too_deep'
  end`
}

/** The rule that the due date of a task violates, else null. */
export const dueViolation = sql.fragment`
  case
    when recurrence is not null and due_date is null then 'recurrence_without_date'
    else due_violation(due_date, due_time, due_time_zone)
  end`

/** The columns of a task that is under a parent. */
export function underParent(
  caller: Caller,
  parentId: Fragment,
): { list_id: Fragment; level: Fragment } {
  return {
    list_id: valueOfTask(caller, parentId, sql.fragment`task.list_id`),
    level: sql.fragment`
      coalesce(${valueOfTask(caller, parentId, sql.fragment`task.level + 1`)}, 1)`,
  }
}

/** The members of a file of tasks that come from these fields. */
export const FILE_MEMBERS = FIELDS.flatMap(({ name }) =>
  name === 'completed' ? ([name, 'completed_at'] as const) : ([name] as const),
)
