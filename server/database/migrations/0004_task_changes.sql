-- Up Migration
-- By this the change feed reads, and the housekeeping the trash.
create index tasks_by_version on tasks (user_id, version);
create index tasks_by_trashed_at on tasks (trashed_at) where state = 'trashed';

-- What is left of a task that is gone for good, so that whoever was away hears of it.
create table purged_tasks (
  user_id uuid not null references "user" (id) on delete cascade,
  id uuid not null,
  version bigint not null,
  purged_at timestamptz(3) not null,
  primary key (user_id, id)
);
create index purged_tasks_by_version on purged_tasks (user_id, version);
create index on purged_tasks (purged_at);

-- The version of the last change that is no longer known: of a task that was purged so long ago that even that is forgotten.
alter table task_clock add column forgotten bigint not null default 0;

-- Down Migration
alter table task_clock drop column forgotten;
drop table purged_tasks;
drop index tasks_by_version, tasks_by_trashed_at;
