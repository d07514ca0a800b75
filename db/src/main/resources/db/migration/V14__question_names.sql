-- How the jobs of question lines are named. Runs that are there keep the names that their exports
-- have; in new ones a question_id names its job, wherever its line stands in the file.

alter table run add column question_names text not null default 'line' check (question_names in ('line', 'id'));
alter table run alter column question_names set default 'id';
comment on column run.question_names is 'What the custom_id of a question line is made of: its number and bytes (line), or its question_id (id).';
