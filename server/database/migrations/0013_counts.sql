-- Up Migration
-- How many tasks a user has of each state. Without it the counts read every task of a user, also
-- where few are open: of the indexes that begin with the user, that of words and labels is the
-- smallest, and it does not know the state.
create index tasks_by_state on tasks (user_id, state);

-- Down Migration
drop index tasks_by_state;
