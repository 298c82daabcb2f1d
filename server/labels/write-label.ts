import type { components } from '../../sdk/contract.gen.ts'
import type { Caller } from '../contract/handlers.ts'
import type { Statements } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import {
  earlierOutcome,
  earlierResponse,
  type IdempotencyKey,
  keptResponse,
} from '../resource/idempotency/idempotency.ts'
import { liveCaller } from '../resource/live-caller.ts'
import { type ResultRow, resultOf } from '../resource/result.ts'
import type { RuleViolation } from '../resource/rule-violation.ts'
import { advanced, isOutdated, userVersion } from '../resource/version.ts'
import { type Quota, quotaViolation } from '../resource/write/quota.ts'
import { labels } from './fields.ts'
import { colorRow, writtenColor } from './label-color.ts'

type Schemas = components['schemas']

/** Most tasks that one statement changes. */
export const LABEL_LIMIT = 1_000

/** What becomes of a label; the name null: it is taken from its tasks. */
export interface LabelWrite {
  name?: string | null
  color?: Schemas['Color']
}

/** `label`: its colour afterwards. */
type Written = Schemas['LabelChanged'] & { label: Schemas['LabelColor'] | null }
export type LabelResult =
  | { outcome: 'missing' | 'key_reused' }
  | { outcome: 'refused'; violation: RuleViolation }
  | { outcome: 'done'; value: Written }
  | { outcome: 'replayed'; value: Schemas['LabelChanged'] }

/**
 * Renames, recolours or deletes a label. Undefined when the caller's session has ended.
 *
 * named: the label by its key, and by the one it gets. own: its colour. other: the colour of the
 * label with the new name. touched: the tasks that change, up to one more than the limit. next:
 * what all of them become. changed: next, where anything changes. advanced: the last of the
 * versions: first those of the tasks, then that of a deleted colour, then that of a written one.
 */
export async function writeLabel(
  database: Statements,
  caller: Caller,
  name: string,
  { name: newName, color }: LabelWrite,
  key: IdempotencyKey | undefined,
  quota: Quota,
): Promise<LabelResult | undefined> {
  const isDeleted = newName === null
  const isRenamed = newName !== undefined
  const statement = sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)}, ${earlierResponse(caller, key)},
    named as materialized (
      select user_id, fold(${name}) as key, fold(${newName ?? name}::text) as new_key
      from user_version
      where not exists (select from earlier)
    ),
    ${colorRow(caller, 'own', sql.fragment`named.key`)},
    ${colorRow(caller, 'other', sql.fragment`nullif(named.new_key, named.key)`)},
    touched as materialized (
      select found.*, row_number() over (order by id) as turn
      from (
        select
          tasks.id,
          relabelled.labels,
          octet_length(array_to_string(relabelled.labels, ''))
            - octet_length(array_to_string(tasks.labels, '')) as growth
        from tasks
        join named using (user_id)
        cross join lateral (select ${relabelled(newName ?? null)} as labels) relabelled
        where ${hasLabel(caller, name)}
          and ${isRenamed}
          and relabelled.labels is distinct from tasks.labels
        limit ${LABEL_LIMIT + 1}
      ) found
    ),
    next as (
      select
        *,
        is_kept and (kept_id is null or (color_before, name_before) <> (color, name)) as is_written
      from (
        select
          named.user_id,
          counted.*,
          ${color !== undefined && !isRenamed} or own.color is not null or exists (
            select from tasks where ${hasLabel(caller, name)}
          ) as is_there,
          coalesce(other.id, own.id) as kept_id,
          coalesce(other.color, own.color) as color_before,
          coalesce(other.name, own.name) as name_before,
          case when ${isDeleted} or other.id is not null then own.id end as gone_id,
          coalesce(${color ?? null}::text, other.color, own.color) as color,
          coalesce(${newName ?? null}::text, own.name, ${name}) as name,
          not ${isDeleted} and coalesce(${color ?? null}::text, other.color, own.color) is not null
            as is_kept,
          num_nonnulls(own.id, other.id) as rows_before,
          octet_length(concat(own.name, other.name)) as bytes_before
        from named
        cross join (
          select
            count(*) filter (where turn <= ${LABEL_LIMIT})::int as tasks,
            coalesce(sum(growth) filter (where turn <= ${LABEL_LIMIT}), 0) as growth,
            count(*) <= ${LABEL_LIMIT} as is_complete
          from touched
        ) counted
        left join own on true
        left join other on true
      ) decided
    ),
    judged as (
      select next.*, size.*, ${quotaViolation(quota, GROWTH)} as violation
      from next
      cross join user_version
      cross join lateral (
        select
          is_kept::int - rows_before as more_rows,
          growth + case when is_kept then octet_length(name) else 0 end - bytes_before as more_bytes
      ) size
    ),
    changed as materialized (
      select *
      from judged
      where violation is null and is_there and (tasks > 0 or gone_id is not null or is_written)
    ),
    ${advanced(caller, 'changed', {
      count: sql.fragment`changed.tasks + (gone_id is not null)::int + is_written::int`,
      growth: {
        tasks: sql.fragment`changed.more_rows`,
        bytes: sql.fragment`changed.more_bytes`,
      },
    })},
    relabelled as (
      update tasks
      set labels = touched.labels, version = own.version, updated_at = advanced.at
      from touched, changed, advanced
      cross join lateral (
        select
          advanced.version - is_written::int - (gone_id is not null)::int - changed.tasks + turn
            as version
      ) own
      where tasks.user_id = ${caller.userId}::uuid
        and tasks.user_id = changed.user_id
        and tasks.id = touched.id
        and turn <= ${LABEL_LIMIT}
    ),
    ${writtenColor(caller)}${keptResponse(key, done)}
    select
      case ${earlierOutcome}
        when not is_there then 'missing'
        when violation is not null then 'refused'
        else 'done'
      end as outcome,
      ${isOutdated('changed')} as is_outdated,
      200 as status,
      violation,
      earlier.response as replayed,
      judged.tasks as changed,
      is_complete,
      (select row_to_json(body) from (select ${labels.json} from latest as labels) body) as label
    from user_version
    left join earlier on true
    left join judged on true`
  const [row] = await database.write<ResultRow<LabelResult>>(caller.userId, {
    ...statement,
    isLong: isRenamed,
  })
  return row && resultOf(row)
}

const GROWTH = { tasks: sql.fragment`more_rows`, bytes: sql.fragment`more_bytes` }

const done = sql.fragment`
      select
        200 as status,
        json_build_object('changed', tasks, 'is_complete', is_complete) as response
      from judged
      where violation is null and is_there and not (${isOutdated('changed')})`

const hasLabel = (caller: Caller, name: string) => sql.fragment`
  tasks.user_id = ${caller.userId}::uuid and tasks.label_keys @> fold_labels(array[${name}])`

/** The labels of a task without the one that has a key, or with another in its place. */
const relabelled = (newName: string | null) =>
  newName === null
    ? sql.fragment`array(
          select label
          from unnest(tasks.labels, tasks.label_keys) with ordinality each (label, key, place)
          where each.key <> named.key
          order by place
        )`
    : sql.fragment`unique_labels(array(
          select case when each.key = named.key then ${newName} else label end
          from unnest(tasks.labels, tasks.label_keys) with ordinality each (label, key, place)
          order by place
        ))`
