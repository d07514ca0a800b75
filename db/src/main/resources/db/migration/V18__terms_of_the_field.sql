-- Columns get the names that the field uses. Only the catalogue changes: no row is rewritten.

alter table chunk_metric rename column backoffs to batch_reductions;
comment on column chunk_metric.batch_reductions is 'Batch reductions after a failed device call, for example out of memory: the batch was halved and its sequences were queued again.';

alter table work_frontier rename column uncut to unassigned;
alter table work_frontier rename column unspent to limit_left;
comment on table work_frontier is 'The keyset position at which the next work unit of a shared run begins.';
comment on column work_frontier.unassigned is 'About how many waiting jobs come after that position.';
comment on column work_frontier.job_limit is 'How many jobs the workers of the run answer at most, all workers together. Null for no limit.';
comment on column work_frontier.limit_left is 'How many jobs of the limit are not assigned to a work unit yet.';

comment on table work_unit is 'Waiting jobs that are assigned to a worker: those after (after_key, after_job) up to (last_key, last_job). The row is deleted when none of them waits any more.';
comment on column work_unit.deaths is 'How many workers died while the unit was assigned to them.';
comment on table worker is 'Processes that share a run. A row without its advisory lock was left by a process that died.';
comment on column worker.settings is 'The settings that answers depend on: model and generation. Null until the model is loaded.';
comment on column worker.device is 'The device it computes on. Null until the model is loaded.';

comment on table run_lease is 'The process that works on a run. The lock itself is an advisory lock; a row without it was left by a process that died.';
comment on table reader_lease is 'The process that reads a topic. The lock itself is an advisory lock; a row without it was left by a process that died.';
comment on table publisher_lease is 'The process that publishes. The lock itself is an advisory lock; a row without it was left by a process that died.';
comment on table kafka_publisher is 'The topics that outcomes of shared runs are published to. One worker at a time publishes.';
comment on table kafka_reader is 'Consumer groups, one row a group and topic. Runs use a group one after the other.';
comment on column kafka_reader.run_id is 'The run that read last.';
comment on table run_trigger is 'Messages that request runs, each stored once, in the transaction that commits the consumer position.';
comment on column run_trigger.sequence_before is 'The last sequence number of the run''s outcomes when it was started. Outcomes after it count towards a limit.';
comment on column run_trigger.taken is 'Messages consumed from a topic for this trigger, counted in the transactions that store their jobs.';

comment on table run_count is 'Changes of the number of a run''s jobs, answers and failures. Their sums are the counts; the other jobs wait.';
comment on table job_attempt is 'Jobs in progress after a process was killed, and how often work on them began without an outcome.';
comment on table failure is 'The final error of an image job. The code is stable, the message is for people.';
comment on column failure.sequence is 'Sequence number of the outcome within the run, answers and failures together, from 1. Retrying a failure removes its number.';
comment on column answer.sequence is 'Sequence number of the outcome within the run, answers and failures together, from 1.';
comment on column answer.weight_format is 'The weight format of the language model: plain, if not quantized.';
comment on column answer.choices is 'The texts that the answer was chosen from. Null if it was generated.';

comment on column evaluation.problem is 'Why there is no score. Null if there is one, or if an evaluation server or judge computes it.';
comment on column chunk_metric.distinct_images is 'Images of the chunk''s jobs, each counted in the chunk in which its first job is.';
comment on column chunk_metric.fetch_seconds is 'Reading and downloading images, summed over threads.';
comment on column chunk_metric.image_decode_seconds is 'Decoding and resizing images, summed over threads.';
comment on column chunk_metric.vision_seconds is 'Device time: encoding images.';
comment on column chunk_metric.prefill_seconds is 'Device time: prefill of shared prefixes and of prompts, with the decoding that runs in the same steps.';
comment on column chunk_metric.decode_seconds is 'Device time: decode-only steps.';
comment on column chunk_metric.input_wait_seconds is 'The step waited for the read-ahead.';
comment on column chunk_metric.database_seconds is 'The step stored this chunk and committed the previous one.';
comment on column chunk_metric.prefill_tokens is 'Prompt tokens that were prefilled, vision tokens included. Fewer than the prompts have where the prefix cache is hit.';
comment on column chunk_metric.steps is 'Device calls that generated one token for each running sequence.';
comment on column chunk_metric.step_tokens is 'Tokens generated by these calls. Divided by steps * batch, the batch utilization.';
comment on column chunk_metric.prefix_hits is 'Prefix cache hits.';
comment on column chunk_metric.retries is 'Downloads and sequences that were started again.';
comment on column chunk_metric.peak_memory_bytes is 'Peak resident memory of the process up to then, mapped weights included.';
comment on column chunk_metric.batch is 'Maximum number of sequences in flight, all devices together.';
comment on column chunk_metric.wait_seconds is 'The step waited for answers instead of storing them.';
comment on column chunk_metric.worker is 'Name of the worker that wrote the chunk. Null if the run was not shared.';
comment on column job_source.from_outside is 'Whether its jobs came by a message, so that private hosts are not contacted for them.';
