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
import { hasLabel, touchedTasks, writtenTasks } from './label-tasks.ts'

type Schemas = components['schemas']

/** What becomes of a label; the name null: it is taken from its tasks. */
export interface LabelWrite {
  name?: string | null
  color?: Schemas['Color']
}

/** `label`: its color afterwards; null: gray. */
type Written = Schemas['LabelChanged'] & { label: Schemas['LabelColor'] | null }
export type LabelResult =
  | { outcome: 'missing' | 'key_reused' }
  | { outcome: 'refused'; violation: RuleViolation }
  | { outcome: 'done'; value: Written }
  | { outcome: 'replayed'; value: Schemas['LabelChanged'] }

/**
 * Renames, recolors or deletes a label. Undefined when the caller's session has ended.
 *
 * named: the label by its key, and by the one it gets. own: its color. other: the color of the
 * label with the new key. touched: the tasks that change, with their labels afterwards. next: the
 * color afterwards, and which rows of colors stay or go. judged: next, with its growth and what it
 * violates. changed: judged, where anything changes. advanced: the last of the versions: first
 * those of the tasks, then those of deleted colors, then that of a written one. latest: the color
 * of the label afterwards.
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
  const statement = sql.unsafe`
    with ${liveCaller(caller)}, ${userVersion(caller)}, ${earlierResponse(caller, key)},
    named as materialized (
      select user_id, fold(${name}) as key, fold(${newName ?? name}::text) as new_key
      from user_version
      where not exists (select from earlier)
    ),
    ${colorRow(caller, 'own', sql.fragment`named.key`)},
    ${colorRow(caller, 'other', sql.fragment`nullif(named.new_key, named.key)`)},
    ${touchedTasks(caller, name, newName)},
    next as (
      select
        named.user_id,
        counted.*,
        own.id is not null
          or ${color !== undefined} and new_key = named.key
          or exists (select from tasks where ${hasLabel(caller, name)}) as is_there,
        kept.id as kept_id,
        array_remove(array_remove(array[own.id, other.id], null), kept.id) as gone_ids,
        wanted.color,
        wanted.name,
        wanted.color is not null
          and (wanted.color, wanted.name) is distinct from (kept.color, kept.name) as is_written,
        num_nonnulls(own.id, other.id) as rows_before,
        octet_length(concat(own.name, other.name)) as bytes_before
      from named
      cross join (
        select
          count(*) filter (where fits)::int as tasks,
          coalesce(sum(growth) filter (where fits), 0) as growth,
          coalesce(bool_and(fits), true) as is_complete
        from touched
      ) counted
      left join own on true
      left join other on true
      cross join lateral (
        select
          -- Gray is the color of a label that was given none.
          case
            when not ${isDeleted}
              then nullif(coalesce(${color ?? null}::text, other.color, own.color), 'gray')
          end as color,
          coalesce(${newName ?? null}::text, own.name, ${name}) as name
      ) wanted
      left join lateral (
        select
          coalesce(other.id, own.id) as id,
          coalesce(other.color, own.color) as color,
          coalesce(other.name, own.name) as name
        where wanted.color is not null
      ) kept on true
    ),
    judged as (
      select next.*, size.*, ${quotaViolation(quota, GROWTH)} as violation
      from next
      cross join user_version
      cross join lateral (
        select
          (color is not null)::int - rows_before as more_rows,
          growth + case when color is null then 0 else octet_length(name) end - bytes_before
            as more_bytes
      ) size
    ),
    changed as materialized (
      select *
      from judged
      where violation is null
        and is_there
        and (tasks > 0 or cardinality(gone_ids) > 0 or is_written)
    ),
    ${advanced(caller, 'changed', {
      count: sql.fragment`changed.tasks + cardinality(gone_ids) + is_written::int`,
      growth: {
        tasks: sql.fragment`changed.more_rows`,
        bytes: sql.fragment`changed.more_bytes`,
      },
    })},
    ${writtenTasks(caller)},
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
    isLong: newName !== undefined,
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
