-- Up Migration
-- Subtasks, the day from which a task can be started, and longer texts.
alter table tasks rename column trashed_with to trashed_with_list;
alter index tasks_trashed_with rename to tasks_trashed_with_list;
alter table tasks
  add column parent_id uuid,
  -- Of a task in the trash: the task that took it along.
  add column trashed_with_task uuid,
  -- 1 for a task without a parent. It also orders what is created, moved or purged together.
  add column level smallint not null default 1 check (level between 1 and 4),
  -- Of its direct subtasks that are not in the trash.
  add column subtasks_open integer not null default 0 check (subtasks_open >= 0),
  add column subtasks_done integer not null default 0 check (subtasks_done >= 0),
  add column starts_on date,
  add foreign key (user_id, parent_id) references tasks (user_id, id),
  add check (parent_id <> id),
  drop constraint tasks_title_check,
  add check (char_length(title) between 1 and 500),
  drop constraint tasks_description_check,
  add check (char_length(description) <= 16000);
create index tasks_of_parent on tasks (user_id, parent_id) where parent_id is not null;

-- In this order trash is purged: subtasks never go to the trash after their parent.
create index tasks_in_trash on tasks (user_id, trashed_at, level desc, id)
  where state = 'trashed';
create index lists_in_trash on lists (user_id, trashed_at, id) where state = 'trashed';

-- A response that is sent again has the members that tasks have from now on.
create function pg_temp.with_new_members(task json) returns json language sql
  return (
    '{"parent_id":null,"starts_on":null,"subtasks":{"open":0,"done":0},'
    || substr(ltrim(task::text), 2)
  )::json;
update idempotency_keys
set response = pg_temp.with_new_members(response)
where json_typeof(response -> 'title') = 'string';
update idempotency_keys
set response = (
  select json_build_object(
    'items',
    json_agg(
      case
        when item ->> 'type' = 'task' and json_typeof(item -> 'value') = 'object'
          then json_build_object(
            'type', 'task',
            'value', pg_temp.with_new_members(item -> 'value')
          )
        else item
      end
      order by place
    )
  )
  from json_array_elements(response -> 'items') with ordinality each (item, place)
)
where json_typeof(response -> 'items') = 'array';
drop function pg_temp.with_new_members(json);

analyze tasks;

-- Down Migration
-- A copy of what was here begins anew.
update user_versions set epoch = gen_random_uuid();
-- What was kept in the new form means nothing to the old server.
delete from idempotency_keys;
drop index lists_in_trash, tasks_in_trash;
update tasks
set title = left(title, 200), description = left(description, 1000)
where char_length(title) > 200 or char_length(description) > 1000;
update user_versions
set bytes = used.bytes
from (
  select user_id, sum(bytes) as bytes
  from (
    select
      user_id,
      octet_length(title)
        + coalesce(octet_length(description), 0)
        + octet_length(array_to_string(labels, '')) as bytes
    from tasks
    union all
    select user_id, octet_length(name) + coalesce(octet_length(description), 0)
    from lists
  ) stored
  group by user_id
) used
where user_versions.user_id = used.user_id;
alter table tasks
  drop constraint tasks_title_check,
  add check (char_length(title) between 1 and 200),
  drop constraint tasks_description_check,
  add check (char_length(description) <= 1000),
  drop column parent_id,
  drop column trashed_with_task,
  drop column level,
  drop column subtasks_open,
  drop column subtasks_done,
  drop column starts_on;
alter table tasks rename column trashed_with_list to trashed_with;
alter index tasks_trashed_with_list rename to tasks_trashed_with;
