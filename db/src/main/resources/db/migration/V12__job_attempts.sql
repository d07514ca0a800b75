-- Jobs that are being worked on by a process that follows one which was killed. A process that dies
-- leaves its rows behind: they say which jobs may have killed it.

create table job_attempt (
  job_id   bigint primary key,
  run_id   bigint not null,
  attempts int    not null check (attempts > 0),
  foreign key (run_id, job_id) references image_job (run_id, job_id)
);
create index job_attempt_by_run on job_attempt (run_id);
comment on table job_attempt is 'Jobs in work after a process was killed, and how often work on them began without coming to an end.';
