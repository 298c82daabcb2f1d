-- Up Migration
-- A list holds tasks; a task without one is in the Inbox.
create table lists (
  user_id uuid not null references "user" (id) on delete cascade,
  id uuid not null,
  version bigint not null,
  -- The version with which it was created, or last came under another resource: by this the change
  -- feed tells a copy of a list before it tells it of the tasks in that list.
  placed_version bigint not null,
  name text not null check (char_length(name) between 1 and 100),
  description text check (char_length(description) <= 1000),
  color text not null check (char_length(color) <= 20),
  archived_at timestamptz(3),
  position text collate "C" not null check (octet_length(position) <= 1000),
  trashed_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  state resource_state not null generated always as (
    case
      when trashed_at is not null then 'trashed'::resource_state
      when archived_at is not null then 'done'::resource_state
      else 'open'::resource_state
    end
  ) stored,
  primary key (user_id, id)
);
create index lists_by_position on lists (user_id, state, position, id);
create index lists_by_placed_version on lists (user_id, placed_version);
create index lists_by_version on lists (user_id, version) where version > placed_version;
create index lists_by_trashed_at on lists (trashed_at) where state = 'trashed';

alter table tasks
  add column list_id uuid,
  -- Of a task in the trash: the resource that took it along.
  add column trashed_with uuid,
  add column placed_version bigint,
  add foreign key (user_id, list_id) references lists (user_id, id);
update tasks set placed_version = version;
alter table tasks alter column placed_version set not null;
drop index tasks_by_version;
create index tasks_by_placed_version on tasks (user_id, placed_version);
create index tasks_by_version on tasks (user_id, version) where version > placed_version;

-- An index for each sort of the tasks of one list, as for all tasks of a user. A task in the Inbox
-- is in none of them.
create index tasks_of_list_by_created_at on tasks (user_id, list_id, state, created_at, id)
  where list_id is not null;
create index tasks_of_list_by_updated_at on tasks (user_id, list_id, state, updated_at, id)
  where list_id is not null;
create index tasks_of_list_by_due
  on tasks (user_id, list_id, state, coalesce(due_at, 'infinity'), id)
  where list_id is not null;
create index tasks_of_list_by_due_from_last
  on tasks (user_id, list_id, state, coalesce(due_at, '-infinity'), id)
  where list_id is not null;
create index tasks_of_list_by_priority on tasks (user_id, list_id, state, priority, id)
  where list_id is not null;
create index tasks_of_list_by_title
  on tasks (user_id, list_id, state, title collate "und-x-icu", id)
  where list_id is not null;
create index tasks_of_list_by_position on tasks (user_id, list_id, state, position, id)
  where list_id is not null;
create index tasks_in_inbox on tasks (user_id, state) where list_id is null;
create index tasks_trashed_with on tasks (user_id, trashed_with) where trashed_with is not null;

-- A response that is sent again has the member that tasks have from now on.
update idempotency_keys
set response = ('{"list_id":null,' || substr(ltrim(response::text), 2))::json
where json_typeof(response -> 'title') = 'string';
-- A repeated import finds the tasks by their ids; many operations have another path now.
delete from idempotency_keys where response -> 'items' is not null or response -> 'rows' is not null;

analyze tasks;

-- Down Migration
-- A copy of what was here begins anew.
update user_versions set epoch = gen_random_uuid();
-- What was kept in the new form means nothing to the old server.
delete from idempotency_keys;
drop index tasks_by_version;
alter table tasks drop column list_id, drop column trashed_with, drop column placed_version;
create index tasks_by_version on tasks (user_id, version);
delete from tombstones where type = 'list';
update user_versions
set tasks = used.tasks, bytes = used.bytes
from (
  select
    user_versions.user_id,
    count(tasks.id) as tasks,
    coalesce(
      sum(
        octet_length(title)
        + coalesce(octet_length(description), 0)
        + octet_length(array_to_string(labels, ''))
      ),
      0
    ) as bytes
  from user_versions
  left join tasks using (user_id)
  group by user_versions.user_id
) used
where user_versions.user_id = used.user_id;
drop table lists;
