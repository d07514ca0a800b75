-- What a chunk cost, stage by stage, on which device and with which model.
--
-- Seconds of fetching, decoding, vision, prefill and decode are those that were spent anywhere in the
-- program while the chunk was the step's current one: work for jobs ahead of it counts too, and several
-- threads or devices add up. The sums over a run are what the run cost. New columns are null in chunks
-- of older versions.

alter table chunk_metric rename column images to distinct_images;
alter table chunk_metric
  add column images               int,
  add column fetch_seconds        double precision,
  add column image_decode_seconds double precision,
  add column vision_seconds       double precision,
  add column prefill_seconds      double precision,
  add column decode_seconds       double precision,
  add column input_wait_seconds   double precision,
  add column database_seconds     double precision,
  add column encoded_images       bigint,
  add column prefill_tokens       bigint,
  add column steps                bigint,
  add column step_tokens          bigint,
  add column prefix_hits          bigint,
  add column retries              bigint,
  add column backoffs             bigint,
  add column peak_memory_bytes    bigint,
  add column device               text,
  add column dtype                text,
  add column batch                int,
  add column model_fingerprint    text;

comment on column chunk_metric.images is 'Jobs of the chunk that have an image.';
comment on column chunk_metric.distinct_images is 'Images whose jobs begin in the chunk: questions about one image come together.';
comment on column chunk_metric.fetch_seconds is 'Reading and downloading images, all threads together.';
comment on column chunk_metric.image_decode_seconds is 'Decoding and resizing images, all threads together.';
comment on column chunk_metric.vision_seconds is 'The device: encoding images.';
comment on column chunk_metric.prefill_seconds is 'The device: shared prefixes, and steps in which a prompt ran.';
comment on column chunk_metric.decode_seconds is 'The device: steps that only generated.';
comment on column chunk_metric.input_wait_seconds is 'The step waited for the next job to be read ahead.';
comment on column chunk_metric.database_seconds is 'The step stored this chunk, and committed the one before.';
comment on column chunk_metric.encoded_images is 'Images that the device encoded.';
comment on column chunk_metric.prefill_tokens is 'Prompt tokens that the device ran, vision tokens included: fewer than the prompts have, where they share work.';
comment on column chunk_metric.steps is 'Calls that took sequences one token further.';
comment on column chunk_metric.step_tokens is 'Tokens that these calls generated: over steps * batch, how full the batch was.';
comment on column chunk_metric.prefix_hits is 'Sequences that found their prefix ready.';
comment on column chunk_metric.retries is 'Downloads and sequences that were begun again.';
comment on column chunk_metric.backoffs is 'Batches that failed, as for want of memory, and were tried again smaller.';
comment on column chunk_metric.peak_memory_bytes is 'The most main memory that the process ever held until then, mapped weights included.';
comment on column chunk_metric.batch is 'Jobs that all devices together generate at most.';
comment on column chunk_metric.model_fingerprint is 'Hash of weights and configuration.';
