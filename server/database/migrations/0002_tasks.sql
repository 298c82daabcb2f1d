-- Up Migration
-- One clock per user: every write takes the next version inside its own statement, so versions commit in order.
create table task_clock (
  user_id uuid primary key references "user" (id) on delete cascade,
  version bigint not null,
  epoch uuid not null default gen_random_uuid()
);

create table tasks (
  user_id uuid not null references "user" (id) on delete cascade,
  id uuid not null,
  version bigint not null,
  title text not null check (char_length(title) between 1 and 200),
  description text check (char_length(description) <= 1000),
  completed_at timestamptz(3),
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (user_id, id)
);
create index on tasks (user_id, created_at desc, id desc);

-- Down Migration
drop table tasks, task_clock;
