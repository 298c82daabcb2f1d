-- Up Migration
-- The colors of labels. The labels themselves are those of the tasks.
create table labels (
  user_id uuid not null references "user" (id) on delete cascade,
  id uuid not null,
  version bigint not null,
  -- The version with which it was created.
  placed_version bigint not null,
  name text not null check (char_length(name) between 1 and 60),
  -- Labels with the same key are one label.
  key text not null generated always as (fold(name)) stored,
  color text not null check (char_length(color) <= 20),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (user_id, id)
);
create unique index labels_by_key on labels (user_id, key);
create index labels_by_placed_version on labels (user_id, placed_version);
create index labels_by_version on labels (user_id, version) where version > placed_version;

-- A repeated import finds the tasks by their ids; its report has another member now.
delete from idempotency_keys where response -> 'rows' is not null;

-- Down Migration
-- A copy of what was here begins anew.
update user_versions set epoch = gen_random_uuid();
-- What was kept in the new form means nothing to the old server.
delete from idempotency_keys;
delete from tombstones where type = 'label';
update user_versions
set
  tasks = user_versions.tasks - used.labels,
  bytes = user_versions.bytes - used.bytes
from (
  select user_id, count(*) as labels, sum(octet_length(name)) as bytes
  from labels
  group by user_id
) used
where user_versions.user_id = used.user_id;
drop table labels;
