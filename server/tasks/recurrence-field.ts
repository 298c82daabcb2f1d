import { sql } from '../database/sql.ts'
import type { Field } from '../resource/field.ts'

const DEFAULT_RECURRENCE = sql.fragment`'{"from": "due", "missed": "skip"}'::jsonb`

/** How a task recurs, as an object in one column. */
export const RECURRENCE: Field<'recurrence'> = {
  name: 'recurrence',
  type: sql.fragment`jsonb`,
  output: sql.fragment`
    case
      when recurrence is not null
        then json_build_object(
          'rule', recurrence ->> 'rule',
          'from', recurrence ->> 'from',
          'missed', recurrence ->> 'missed'
        )
    end`,
  stored: (value) => sql.fragment`${DEFAULT_RECURRENCE} || ${value}`,
  merged: (value) => sql.fragment`coalesce(recurrence, ${DEFAULT_RECURRENCE}) || ${value}`,
}
