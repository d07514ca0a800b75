-- Runs that are read from Kafka, and whose outcomes are published to it.
--
-- Outcomes of a run are numbered 1, 2, 3, ... without gaps and in the order in which they were
-- committed: a number is taken under the lock of the run's counter, which is held until the commit.
-- So whoever has read up to a number has read everything up to it, now and for ever, and a
-- publisher's position is that one number.

alter table run add column uuid uuid not null default gen_random_uuid() unique;
comment on column run.uuid is 'Tells runs of equal names in different databases apart.';

create table outcome_counter (
  run_id        bigint primary key references run,
  last_sequence bigint not null check (last_sequence >= 0)
);
comment on table outcome_counter is 'The sequence number of each run''s last outcome. A row of its own: locking the run would get in the way of new jobs.';

alter table answer add column sequence bigint;
alter table failure add column sequence bigint;

create temporary table numbered on commit drop as
select
  run_id, job_id,
  row_number() over (partition by run_id order by ended_at, job_id) as sequence
from (
  select run_id, job_id, answered_at as ended_at from answer
  union all
  select run_id, job_id, failed_at from failure
) outcome;

update answer set sequence = numbered.sequence
from numbered
where answer.run_id = numbered.run_id and answer.job_id = numbered.job_id;

update failure set sequence = numbered.sequence
from numbered
where failure.run_id = numbered.run_id and failure.job_id = numbered.job_id;

insert into outcome_counter (run_id, last_sequence)
select run_id, max(sequence) from numbered group by run_id;

alter table answer alter column sequence set not null, add unique (run_id, sequence);
alter table failure alter column sequence set not null, add unique (run_id, sequence);
comment on column answer.sequence is 'Counts the outcomes of the run, answers and failures together, from 1.';
comment on column failure.sequence is 'Counts the outcomes of the run, answers and failures together, from 1.';

alter table job_source drop constraint job_source_kind_check;
alter table job_source add check (kind in ('questions', 'captions', 'kafka'));

alter table image_job
  add column kafka_partition int check (kafka_partition >= 0),
  add column kafka_offset bigint check (kafka_offset >= 0),
  add column trace_id text;
comment on column image_job.kafka_partition is 'Of the topic that is the job''s source; null, as the offset, for a job from elsewhere.';
comment on column image_job.trace_id is 'Given by the producer, and handed on with the outcome.';

drop table kafka_offset;

create table kafka_reader (
  reader_id    bigint generated always as identity primary key,
  reader_group text   not null check (reader_group <> ''),
  topic        text   not null check (topic <> ''),
  cluster_id   text,
  topic_id     text,
  run_id       bigint references run,
  unique (reader_group, topic),
  check ((cluster_id is null) = (topic_id is null))
);
comment on table kafka_reader is 'Who reads a topic from where it stopped: a name, and the topic. Runs share it, one after the other.';
comment on column kafka_reader.topic_id is 'The broker''s id of the topic: another one under the same name is another topic. Null before the first message.';
comment on column kafka_reader.run_id is 'The run that read last.';

create table kafka_position (
  reader_id       bigint      not null references kafka_reader,
  kafka_partition int         not null check (kafka_partition >= 0),
  next_offset     bigint      not null check (next_offset >= 0),
  moved_at        timestamptz not null default now(),
  primary key (reader_id, kafka_partition)
);
comment on table kafka_position is 'The next offset to read of each partition, moved in the transaction that stores what the messages ask for.';

create table reader_lease (
  reader_id    bigint      primary key references kafka_reader,
  owner        text        not null,
  acquired_at  timestamptz not null,
  heartbeat_at timestamptz not null
);
comment on table reader_lease is 'Who says to be reading. The lock itself is an advisory lock; a row without it is a trace of a dead process.';

create table run_trigger (
  trigger_id      bigint      generated always as identity primary key,
  reader_id       bigint      not null references kafka_reader,
  topic_id        text        not null,
  kafka_partition int         not null check (kafka_partition >= 0),
  kafka_offset    bigint      not null check (kafka_offset >= 0),
  request         text        not null,
  state           text        not null default 'waiting'
    check (state in ('waiting', 'running', 'done', 'failed')),
  run_id          bigint      references run,
  error           text,
  sequence_before bigint,
  taken           bigint      not null default 0,
  received_at     timestamptz not null default now(),
  started_at      timestamptz,
  finished_at     timestamptz,
  unique (reader_id, topic_id, kafka_partition, kafka_offset),
  check ((state = 'failed') = (error is not null)),
  check ((state in ('done', 'failed')) = (finished_at is not null))
);
create index run_trigger_unfinished on run_trigger (reader_id, trigger_id)
  where state in ('waiting', 'running');
comment on table run_trigger is 'The messages that ask for runs, each once, stored in the transaction that moves the position past it.';
comment on column run_trigger.request is 'The message as it was read.';
comment on column run_trigger.sequence_before is 'The last sequence number of the run''s outcomes when it was begun: what counts towards a limit comes after.';
comment on column run_trigger.taken is 'Messages that were taken from a topic for it, counted in the transactions that take them.';
