-- Up Migration
-- Tasks that recur.
alter table tasks
  -- {"rule": ..., "from": ..., "missed": ...}
  add column recurrence jsonb check (pg_column_size(recurrence) <= 1000),
  -- The first task of the series.
  add column series_id uuid,
  -- The task that was created when this one was completed.
  add column next_task_id uuid,
  -- When that one was due when it was created.
  add column next_due text check (char_length(next_due) <= 20),
  -- Where the clocks skip the time of the series on this date: that time. The next task has it.
  add column series_time time;

-- A response that is sent again has the members that tasks have from now on.
create function pg_temp.with_new_members(task json) returns json language sql
  return (
    '{"recurrence":null,"series_id":null,"next_task_id":null,' || substr(ltrim(task::text), 2)
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

-- Down Migration
-- A copy of what was here begins anew.
update user_versions set epoch = gen_random_uuid();
-- What was kept in the new form means nothing to the old server.
delete from idempotency_keys;
alter table tasks
  drop column recurrence,
  drop column series_id,
  drop column next_task_id,
  drop column next_due,
  drop column series_time;
