-- What a run of many millions of jobs must not pay for.
--
-- Counting 20 million rows takes many seconds, and people ask every few of them how far a run is. Each statement
-- that adds jobs or outcomes adds one row with their number; the sums of these rows are the run's counts. Rows are added
-- and never changed, so nobody waits for anybody.

create table run_count (
  run_id   bigint not null references run,
  jobs     bigint not null default 0,
  answers  bigint not null default 0,
  failures bigint not null default 0
);
create index run_count_by_run on run_count (run_id);
comment on table run_count is 'Changes of the number of a run''s jobs, answers and failures: their sums are how many there are. The rest of the jobs wait.';

insert into run_count (run_id, jobs, answers, failures)
select
  run_id,
  (select count(*) from image_job where image_job.run_id = run.run_id),
  (select count(*) from answer where answer.run_id = run.run_id),
  (select count(*) from failure where failure.run_id = run.run_id)
from run;

create function count_jobs() returns trigger language plpgsql as $$
begin
  insert into run_count (run_id, jobs) select run_id, count(*) from added group by run_id;
  return null;
end $$;
create trigger count_jobs after insert on image_job
referencing new table as added for each statement execute function count_jobs();

create function count_answers() returns trigger language plpgsql as $$
begin
  insert into run_count (run_id, answers) select run_id, count(*) from added group by run_id;
  return null;
end $$;
create trigger count_answers after insert on answer
referencing new table as added for each statement execute function count_answers();

create function count_failures() returns trigger language plpgsql as $$
begin
  insert into run_count (run_id, failures) select run_id, count(*) from added group by run_id;
  return null;
end $$;
create trigger count_failures after insert on failure
referencing new table as added for each statement execute function count_failures();

-- A job waits or has an outcome because one statement moves it from waiting_job to answer or failure, and one puts it into
-- waiting_job when it is stored: these keys could never fail. They locked and rewrote the job's row for every outcome, and
-- looked for outcomes of every job of a run that is deleted.
alter table waiting_job drop constraint waiting_job_run_id_job_id_fkey;
alter table answer drop constraint answer_run_id_job_id_fkey;
alter table failure drop constraint failure_run_id_job_id_fkey;
alter table job_attempt drop constraint job_attempt_run_id_job_id_fkey;
