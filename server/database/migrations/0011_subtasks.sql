-- Up Migration
-- Subtasks, the day from which a task can be started, and longer texts.
alter table tasks
  add column parent_id uuid,
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
  where trashed_at is not null;
create index lists_in_trash on lists (user_id, trashed_at, id) where trashed_at is not null;

-- A response that is sent again has the members that tasks have from now on.
update idempotency_keys
set response = (
  '{"parent_id":null,"starts_on":null,"subtasks":{"open":0,"done":0},'
  || substr(ltrim(response::text), 2)
)::json
where json_typeof(response -> 'title') = 'string';
-- A repeated request of many operations finds the tasks by their ids.
delete from idempotency_keys where response -> 'items' is not null;

analyze tasks;

-- Down Migration
-- What was kept in the new form means nothing to the old server.
delete from idempotency_keys;
drop index lists_in_trash, tasks_in_trash;
update tasks
set title = left(title, 200), description = left(description, 1000)
where char_length(title) > 200 or char_length(description) > 1000;
alter table tasks
  drop constraint tasks_title_check,
  add check (char_length(title) between 1 and 200),
  drop constraint tasks_description_check,
  add check (char_length(description) <= 1000),
  drop column parent_id,
  drop column level,
  drop column subtasks_open,
  drop column subtasks_done,
  drop column starts_on;
