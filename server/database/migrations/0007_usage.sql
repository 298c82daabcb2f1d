-- Up Migration
-- What each user has, trash included, so that a quota is looked at without counting. Every statement that creates, changes or purges tasks keeps it up to date.
alter table task_clock
  add column tasks bigint not null default 0,
  add column bytes bigint not null default 0;

-- Bytes are those of titles, descriptions and labels, as UTF-8.
update task_clock set tasks = used.tasks, bytes = used.bytes
  from (select user_id, count(*) as tasks, sum(octet_length(title) + coalesce(octet_length(description), 0) + octet_length(array_to_string(labels, ''))) as bytes from tasks group by user_id) used
  where task_clock.user_id = used.user_id;

-- The position of a task at the bottom of the manual order. Simple enough for PostgreSQL to inline; position_between is not, and is planned at each call.
create function position_at_bottom(version bigint) returns text language sql immutable parallel safe
  return '5' || lpad(version::text, 15, '0') || '5';

-- As before, but the digits that a gap needs are counted, and not found by a logarithm of a thousand digits, which took a hundred times as long.
create or replace function position_between(low text, high text, version bigint) returns text language sql immutable parallel safe
  return case
    when high is null then position_at_bottom(version)
    when low is null then '4' || lpad((1000000000000000 - version)::text, 15, '0') || '5'
    else (
      select case when digits <= 984 then substr(round((('0.' || low)::numeric + ('0.' || high)::numeric) * 0.5, digits)::text, 3) || lpad(version::text, 15, '0') || '5' end
      from (
        -- The zeros before its first digit, and two more digits for what lies in the middle.
        select length(gap) - length(ltrim(gap, '0')) + 2 as digits
        from (select substr((('0.' || high)::numeric - ('0.' || low)::numeric)::text, 3) as gap) difference
      ) room
    )
  end;

-- Down Migration
create or replace function position_between(low text, high text, version bigint) returns text language sql immutable parallel safe
  return case
    when high is null then '5' || lpad(version::text, 15, '0') || '5'
    when low is null then '4' || lpad((1000000000000000 - version)::text, 15, '0') || '5'
    else (
      select case when digits <= 984 then substr(round((('0.' || low)::numeric + ('0.' || high)::numeric) * 0.5, digits)::text, 3) || lpad(version::text, 15, '0') || '5' end
      from (select ceil(-log(('0.' || high)::numeric - ('0.' || low)::numeric))::int + 1 as digits) gap
    )
  end;
drop function position_at_bottom;
alter table task_clock drop column tasks, drop column bytes;
