-- How rare a word is the planner guesses from a sample of texts. Of the usual hundred one that has a rare word by chance makes it seem ten times as common, and
-- the search walks through all tasks in their order instead of asking the index of words.
alter table tasks alter column search set statistics 1000;

-- Down Migration
alter table tasks alter column search set statistics -1;
