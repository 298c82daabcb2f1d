import type { components } from '../../../sdk/contract.gen.ts'
import { sql } from '../../database/live-caller.ts'

/**
 * The change of `target` that puts it between the neighbours that are wanted, where they are there
 * and leave room.
 */
export function moveBetween(to: components['schemas']['TaskMove']) {
  const anchorId = to.before ?? to.after
  const anchor = sql.fragment`(select position from tasks where user_id = target.user_id and id = ${anchorId ?? null}::uuid and id <> target.id and state <> 'trashed')`
  const nothing = sql.fragment`null::text`
  const [low, high] =
    to.before !== undefined
      ? [nearest('below'), sql.fragment`anchor`]
      : to.after !== undefined
        ? [sql.fragment`anchor`, nearest('above')]
        : to.to === 'top'
          ? [nothing, nearest('first')]
          : [nearest('last'), nothing]
  return {
    next: sql.fragment`
      select gap.*, case when ${anchorId !== undefined} and anchor is null then 'neighbour_missing'
        when not is_there and position_between(low, high, 0) is null then 'position_exhausted ' || (
          select id from tasks where tasks.user_id = gap.user_id and position = case when anchor = low then high else low end
        ) end as fault
      from (
        select *, (low is null or position > low) and (high is null or position < high) as is_there
        from (
          select target.user_id, target.id, target.position, anchor, ${low} as low, ${high} as high
          from target cross join lateral (select ${anchor} as anchor) anchored where matched
        ) between_neighbours
      ) gap`,
    differs: sql.fragment`not is_there`,
    assignments: sql.fragment`position = position_between(changed.low, changed.high, clock.version)`,
  }
}

/**
 * The position next to the anchor, or at an end, of all tasks but the one that moves and those in
 * the trash; open and done each have their part of the index.
 */
function nearest(where: 'below' | 'above' | 'first' | 'last') {
  const isUpward = where === 'above' || where === 'first'
  const [direction, choose] = isUpward
    ? [sql.fragment`asc`, sql.fragment`min`]
    : [sql.fragment`desc`, sql.fragment`max`]
  const bound = {
    below: sql.fragment`and position < anchor`,
    above: sql.fragment`and position > anchor`,
    first: sql.fragment``,
    last: sql.fragment``,
  }[where]
  return sql.fragment`
    (select ${choose}(near.position) from (values ('open'::task_state), ('done')) half (state) cross join lateral (
      select other.position from tasks other
      where other.user_id = target.user_id and other.state = half.state and other.id <> target.id ${bound}
      order by other.position ${direction} limit 1
    ) near)`
}
