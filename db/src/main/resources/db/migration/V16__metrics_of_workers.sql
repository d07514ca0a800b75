-- Which worker of a shared run has done what, and how many of its jobs its workers may take.

alter table worker add column device text;
comment on column worker.device is 'Where it computes. Null until the model is loaded.';

alter table chunk_metric add column worker text;
comment on column chunk_metric.worker is 'The name of the worker that wrote the chunk. Null where a process had the run for itself.';

alter table work_frontier
  add column job_limit bigint check (job_limit >= 1),
  add column unspent   bigint check (unspent >= 0),
  add constraint limit_is_whole check ((job_limit is null) = (unspent is null));
comment on column work_frontier.job_limit is 'How many jobs the workers that share the run now answer at most, all together. Null for all.';
comment on column work_frontier.unspent is 'How many of them are in no unit yet.';

create table kafka_publisher (
  publisher_id bigint generated always as identity primary key,
  run_id       bigint not null references run,
  topic        text   not null check (topic <> ''),
  unique (run_id, topic)
);
comment on table kafka_publisher is 'Where the outcomes of shared runs are published to: one of their workers at a time does so.';

create table publisher_lease (
  publisher_id bigint      primary key references kafka_publisher on delete cascade,
  owner        text        not null,
  acquired_at  timestamptz not null,
  heartbeat_at timestamptz not null
);
comment on table publisher_lease is 'Who publishes now. A row without the advisory lock is a trace of a dead process.';
