-- Which outcome of its job an outcome is, and the failures that were retried.
--
-- Constant defaults are kept in the catalogue: no row is rewritten, and outcomes of older versions are first attempts.

alter table waiting_job add column attempt int not null default 1;
comment on column waiting_job.attempt is 'Number of the outcome that the job waits for: 1, and one more for each earlier outcome.';

alter table answer add column attempt int not null default 1;
comment on column answer.attempt is 'Number of this outcome of the job: 1, and one more for each outcome that was retried or replaced.';

alter table failure add column attempt int not null default 1;
comment on column failure.attempt is 'Number of this outcome of the job: 1, and one more for each outcome that was retried or replaced.';
comment on column failure.attempts is 'How often it was tried within this attempt, 0 if it never was.';

create table past_failure (
  run_id     bigint      not null,
  job_id     bigint      not null,
  attempt    int         not null,
  stage      text        not null,
  code       text        not null,
  message    text        not null,
  attempts   int         not null,
  failed_at  timestamptz not null,
  retried_at timestamptz not null default now(),
  primary key (run_id, job_id, attempt)
);
comment on table past_failure is 'Failures that were retried: the job waits again, or has a later outcome.';

alter table run_count
  add column retried bigint not null default 0,
  add column later_answers bigint not null default 0;
comment on column run_count.retried is 'Failures that moved to past_failure.';
comment on column run_count.later_answers is 'Of the answers, those of a second or later attempt.';

create or replace function count_answers() returns trigger language plpgsql as $$
begin
  insert into run_count (run_id, answers, later_answers)
  select run_id, count(*), count(*) filter (where attempt > 1) from added group by run_id;
  return null;
end $$;
