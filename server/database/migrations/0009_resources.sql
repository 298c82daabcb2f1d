-- Up Migration
-- The tables and functions by the terms of docs/glossary.md, and ready for several kinds of
-- resources.
alter table task_clock rename to user_versions;
alter index task_clock_pkey rename to user_versions_pkey;
alter table user_versions rename constraint task_clock_user_id_fkey to user_versions_user_id_fkey;
drop trigger start_task_clock on "user";
drop function start_task_clock;
create function create_user_version() returns trigger language plpgsql as $$
begin
  insert into user_versions (user_id, version) values (new.id, 0);
  return null;
end $$;
create trigger create_user_version after insert on "user"
  for each row execute function create_user_version();

alter table purged_tasks rename to tombstones;
alter table tombstones add column type text not null default 'task';
alter table tombstones alter column type drop default;
alter table tombstones drop constraint purged_tasks_pkey;
alter table tombstones add primary key (user_id, type, id);
alter table tombstones rename constraint purged_tasks_user_id_fkey to tombstones_user_id_fkey;
alter index purged_tasks_by_version rename to tombstones_by_version;
alter index purged_tasks_purged_at_idx rename to tombstones_by_purged_at;

alter function due_fault rename to due_violation;
alter type task_state rename to resource_state;

-- A time as the contract writes it.
create function utc_text(moment timestamptz) returns text language sql stable parallel safe
  return to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- Kept is the response itself from now on, and no longer the row that it was made of.
alter table idempotency_keys rename column answer to response;
update idempotency_keys
set response = case
  when idempotency_keys.status = 204 then null
  else json_build_object(
    'id', kept.id,
    'user_id', kept.user_id,
    'title', kept.title,
    'description', kept.description,
    'completed', kept.completed_at is not null,
    'completed_at', utc_text(kept.completed_at),
    'due_date', to_char(kept.due_date, 'YYYY-MM-DD'),
    'due_time', to_char(kept.due_time, 'HH24:MI'),
    'due_time_zone', kept.due_time_zone,
    'priority', kept.priority,
    'labels', kept.labels,
    'position', kept.position,
    'trashed_at', utc_text(kept.trashed_at),
    'created_at', utc_text(kept.created_at),
    'updated_at', utc_text(kept.updated_at),
    'etag', '"' || kept.version || '"'
  )
end
from idempotency_keys as earlier
cross join lateral json_populate_record(null::tasks, earlier.response) as kept
where idempotency_keys.user_id = earlier.user_id
  and idempotency_keys.key = earlier.key
  -- A row of tasks; the responses of bulk, import and trash are kept as they were sent.
  and json_typeof(earlier.response -> 'version') = 'number';

-- Down Migration
-- What was kept in the new form means nothing to the old server.
delete from idempotency_keys;
alter table idempotency_keys rename column response to answer;
drop function utc_text;
alter function due_violation rename to due_fault;
alter type resource_state rename to task_state;
delete from tombstones where type <> 'task';
alter table tombstones drop constraint tombstones_pkey;
alter table tombstones drop column type;
alter table tombstones rename to purged_tasks;
alter table purged_tasks add primary key (user_id, id);
alter table purged_tasks rename constraint tombstones_user_id_fkey to purged_tasks_user_id_fkey;
alter index tombstones_by_version rename to purged_tasks_by_version;
alter index tombstones_by_purged_at rename to purged_tasks_purged_at_idx;
drop trigger create_user_version on "user";
drop function create_user_version;
alter table user_versions rename to task_clock;
alter index user_versions_pkey rename to task_clock_pkey;
alter table task_clock rename constraint user_versions_user_id_fkey to task_clock_user_id_fkey;
create function start_task_clock() returns trigger language plpgsql as $$
begin
  insert into task_clock (user_id, version) values (new.id, 0);
  return null;
end $$;
create trigger start_task_clock after insert on "user"
  for each row execute function start_task_clock();
