-- Up Migration
-- Both come with PostgreSQL, and an owner of the database may create them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- Texts as a search compares them: composed, in lower case whatever the locale of the database, and with one small sigma, also at the end of a word.
create function fold(text text) returns text language sql immutable strict parallel safe
  return replace(lower(normalize(text, NFC) collate "und-x-icu"), 'ς', 'σ');

-- What is wrong with a due time: it hangs in the air, the time zone is not known here, or the clocks skip it on that day. Null: nothing.
create function due_fault(due_date date, due_time time, due_time_zone text) returns text language plpgsql immutable parallel safe as $$
declare wall_clock constant timestamp := due_date + due_time;
begin
  if due_time is not null and due_date is null then return 'time_without_date'; end if;
  if due_time_zone is not null and due_time is null then return 'zone_without_time'; end if;
  if due_time_zone is null then return null; end if;
  begin
    if wall_clock at time zone due_time_zone at time zone due_time_zone <> wall_clock then return 'time_skipped'; end if;
  exception when invalid_parameter_value then
    return 'zone_unknown';
  end;
  return null;
end $$;

-- A place in the manual order: the digits of a fraction, never ending in 0, so that their order as texts is their order as numbers.
-- It lies between `low` and `high` (null: no such neighbour), and the version in it makes it unlike any other of the same user,
-- also when two are put into one gap at once. Null when the gap has no room for 1,000 digits.
create function position_between(low text, high text, version bigint) returns text language sql immutable parallel safe
  return case
    when high is null then '5' || lpad(version::text, 15, '0') || '5'
    when low is null then '4' || lpad((1000000000000000 - version)::text, 15, '0') || '5'
    else (
      select case when digits <= 984 then substr(round((('0.' || low)::numeric + ('0.' || high)::numeric) * 0.5, digits)::text, 3) || lpad(version::text, 15, '0') || '5' end
      from (select ceil(-log(('0.' || high)::numeric - ('0.' || low)::numeric))::int + 1 as digits) gap
    )
  end;

create type task_priority as enum ('none', 'low', 'medium', 'high');
create type task_state as enum ('open', 'done', 'trashed');

drop index tasks_user_id_created_at_id_idx;
alter table tasks
  add column trashed_at timestamptz(3),
  add column due_date date,
  add column due_time time(0),
  add column due_time_zone text check (char_length(due_time_zone) <= 64),
  add column priority task_priority not null default 'none',
  add column labels text[] not null default '{}' check (cardinality(labels) <= 20),
  add column position text collate "C" check (octet_length(position) <= 1000),
  add check (due_time is null or due_date is not null),
  add check (due_time_zone is null or due_time is not null);
-- Every task looks different now, so every task gets a new version: who has the old one must not hear that it is still the same.
update tasks set position = position_between(null, null, place), version = task_clock.version + place
  from (select user_id, id, row_number() over (partition by user_id order by created_at, id) as place from tasks) placed join task_clock using (user_id)
  where tasks.user_id = placed.user_id and tasks.id = placed.id;
update task_clock set version = greatest(version, latest) from (select user_id, max(version) as latest from tasks group by user_id) latest
  where task_clock.user_id = latest.user_id;
-- Last, because what is generated has the whole table written anew, without what the update left behind.
alter table tasks
  alter column position set not null,
  add column state task_state not null generated always as (
    case when trashed_at is not null then 'trashed'::task_state when completed_at is not null then 'done'::task_state else 'open'::task_state end
  ) stored,
  -- A day without a time comes after the times of that day.
  add column due_at timestamp(0) generated always as (due_date + coalesce(due_time, time '23:59:59')) stored,
  -- Where a time zone makes it a moment.
  add column due_instant timestamptz(0) generated always as ((due_date + due_time) at time zone due_time_zone) stored,
  add column search text not null generated always as (fold(title || E'\n' || coalesce(description, ''))) stored;

-- An index a sort, each with open, done and trashed apart: most lists want one of them, and another may be a hundred times as long.
create index tasks_by_created_at on tasks (user_id, state, created_at, id);
create index tasks_by_updated_at on tasks (user_id, state, updated_at, id);
create index tasks_by_due on tasks (user_id, state, coalesce(due_at, 'infinity'), id);
create index tasks_by_due_from_last on tasks (user_id, state, coalesce(due_at, '-infinity'), id);
create index tasks_by_priority on tasks (user_id, state, priority, id);
create index tasks_by_title on tasks (user_id, state, title collate "und-x-icu", id);
create index tasks_by_position on tasks (user_id, state, position, id);
create index tasks_by_word_and_label on tasks using gin (user_id, labels, search gin_trgm_ops);

analyze tasks;

-- The time of the last write: later versions never have earlier times.
alter table task_clock add column at timestamptz(3) not null default now();

-- Every user has a clock from the start, so that every write is an update of it and every list has a version.
create function start_task_clock() returns trigger language plpgsql as $$
begin
  insert into task_clock (user_id, version) values (new.id, 0);
  return null;
end $$;
create trigger start_task_clock after insert on "user" for each row execute function start_task_clock();
insert into task_clock (user_id, version) select id, 0 from "user" on conflict do nothing;

-- What was written under an Idempotency-Key, and what was answered: the task as it was then, or another body.
create table idempotency_keys (
  user_id uuid not null references "user" (id) on delete cascade,
  key text not null check (char_length(key) <= 255),
  request_hash text not null,
  status smallint not null,
  answer json,
  created_at timestamptz(3) not null,
  primary key (user_id, key)
);
-- By these the housekeeping finds what is over.
create index on idempotency_keys (created_at);
create index on session ("expiresAt");

-- Down Migration
drop table idempotency_keys;
alter table task_clock drop column at;
drop index "session_expiresAt_idx";
drop trigger start_task_clock on "user";
drop function start_task_clock;
drop index tasks_by_created_at, tasks_by_updated_at, tasks_by_due, tasks_by_due_from_last, tasks_by_priority, tasks_by_title, tasks_by_position, tasks_by_word_and_label;
alter table tasks drop column state, drop column trashed_at, drop column due_at, drop column due_instant, drop column search, drop column due_date, drop column due_time,
  drop column due_time_zone, drop column priority, drop column labels, drop column position;
create index tasks_user_id_created_at_id_idx on tasks (user_id, created_at desc, id desc);
drop type task_priority, task_state;
drop function position_between, due_fault, fold;
