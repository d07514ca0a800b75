-- Runs, their image jobs and what became of them.
--
-- A job is in exactly one of waiting_job, answer and failure. It enters waiting_job (or, when its
-- source line was unusable, failure) in the statement that stores it, and an outcome is stored only
-- by the statement that takes the job out of waiting_job. So a second outcome finds nothing to take,
-- and reading what is waiting never walks over what is done.

create table run (
  run_id     bigint      generated always as identity primary key,
  name       text        not null unique check (name <> '' and char_length(name) <= 200),
  created_at timestamptz not null default now()
);
comment on table run is 'A named set of image jobs that is processed and reported together.';

create table job_source (
  source_id   bigint      generated always as identity primary key,
  run_id      bigint      not null references run,
  kind        text        not null check (kind in ('questions', 'captions')),
  location    text        not null,
  image_root  text        not null,
  fingerprint text        not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  created_at  timestamptz not null default now(),
  unique (run_id, fingerprint)
);
comment on table job_source is 'Where jobs of a run came from, and the folder below which their relative image references are.';
comment on column job_source.fingerprint is 'SHA-256 of kind, location and image root: paths can be longer than an index entry.';

create table image_job (
  job_id         bigint generated always as identity primary key,
  run_id         bigint      not null references run,
  source_id      bigint      references job_source,
  custom_id      text        not null check (custom_id <> '' and char_length(custom_id) <= 500),
  question_id    text,
  category       text,
  image_ref      text,
  image_key      text        collate "C" not null check (octet_length(image_key) <= 2000),
  prompt         text        not null,
  max_new_tokens int         check (max_new_tokens > 0),
  temperature    double precision check (temperature >= 0),
  top_p          double precision check (top_p > 0 and top_p <= 1),
  seed           bigint,
  stop           text[],
  ingested_at    timestamptz not null default now(),
  unique (run_id, custom_id),
  unique (run_id, job_id),
  check (image_ref is not null or image_key = '')
);
comment on table image_job is 'One image (or none) with one prompt and its generation settings. job_id is the ingest order.';
comment on column image_job.question_id is 'Raw JSON text of the question file''s question_id, a number or a string; may repeat.';
comment on column image_job.image_ref is 'Relative path, URL or data URI as given; null for a text-only prompt.';
comment on column image_job.image_key is 'Equal for jobs of one image reference: the reference, or a hash of a long one; empty for text only.';
comment on column image_job.max_new_tokens is 'Null here, in temperature, top_p, seed and stop: the setting of the command that answers.';

create table waiting_job (
  job_id    bigint primary key,
  run_id    bigint not null,
  image_key text   collate "C" not null,
  foreign key (run_id, job_id) references image_job (run_id, job_id)
);
-- The only index that begins with run_id: offered another, the planner would rather sort.
create index waiting_job_by_image on waiting_job (run_id, image_key, job_id);
-- Rows leave as fast as answers arrive; cleaned late, a scan from the start would pass their remains.
alter table waiting_job set (autovacuum_vacuum_scale_factor = 0.02);
comment on table waiting_job is 'The jobs that have neither answer nor failure yet, in the order in which they are answered.';

create table answer (
  run_id            bigint           not null,
  job_id            bigint           not null,
  text              text             not null,
  text_utf8         bytea            check (position('\x00'::bytea in text_utf8) > 0),
  finish_reason     text             not null,
  prompt_tokens     int              not null check (prompt_tokens >= 0),
  vision_tokens     int              not null check (vision_tokens >= 0),
  generated_tokens  int              not null check (generated_tokens >= 0),
  queue_seconds     double precision not null,
  prefill_seconds   double precision not null,
  decode_seconds    double precision not null,
  model_name        text             not null,
  model_fingerprint text             not null,
  answered_at       timestamptz      not null,
  primary key (run_id, job_id),
  foreign key (run_id, job_id) references image_job (run_id, job_id)
);
comment on table answer is 'The stored result of one image job.';
comment on column answer.text is 'The answer to read; where it holds the character NUL, which text cannot, U+2400 stands for it.';
comment on column answer.text_utf8 is 'The exact answer in UTF-8, present only if it holds NUL.';

create table failure (
  run_id    bigint      not null,
  job_id    bigint      not null,
  stage     text        not null,
  code      text        not null check (code <> ''),
  message   text        not null,
  attempts  int         not null check (attempts >= 0),
  failed_at timestamptz not null,
  primary key (run_id, job_id),
  foreign key (run_id, job_id) references image_job (run_id, job_id)
);
create index failure_by_code on failure (run_id, code);
comment on table failure is 'The final error of one image job; code is stable, message is for people.';

create table chunk_metric (
  metric_id         bigint           generated always as identity primary key,
  run_id            bigint           not null references run,
  step_execution_id bigint           not null,
  started_at        timestamptz      not null,
  finished_at       timestamptz      not null,
  jobs              int              not null,
  answers           int              not null,
  failures          int              not null,
  images            int              not null,
  prompt_tokens     bigint           not null,
  vision_tokens     bigint           not null,
  generated_tokens  bigint           not null,
  wait_seconds      double precision not null
);
create index chunk_metric_by_step on chunk_metric (run_id, step_execution_id);
comment on table chunk_metric is 'What one committed chunk did and how long it took. step_execution_id has no foreign key: metrics outlive a cleaned batch history.';
comment on column chunk_metric.wait_seconds is 'Time the step waited for answers instead of storing them.';

create table run_lease (
  run_id       bigint      primary key references run,
  owner        text        not null,
  acquired_at  timestamptz not null,
  heartbeat_at timestamptz not null
);
comment on table run_lease is 'Who says to be working on a run. The lock itself is an advisory lock; a row without it is a trace of a dead process.';

create table kafka_offset (
  run_id          bigint not null references run,
  topic           text   not null,
  kafka_partition int    not null check (kafka_partition >= 0),
  next_offset     bigint not null check (next_offset >= 0),
  primary key (run_id, topic, kafka_partition)
);
comment on table kafka_offset is 'The next offset to read of each topic partition, stored in the transaction that stores the jobs.';
