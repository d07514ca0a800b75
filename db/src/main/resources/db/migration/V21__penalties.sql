-- Penalties against repetition as settings of a job. The program checks their ranges: constraints
-- would be checked against every row of the table.

alter table image_job
  add column repetition_penalty double precision,
  add column no_repeat_ngram_size int,
  add column presence_penalty double precision,
  add column frequency_penalty double precision;
comment on column image_job.repetition_penalty is 'Null here and in the other penalties: the setting of the command that answers. 1 is off.';
comment on column image_job.no_repeat_ngram_size is 'No n-gram of this size occurs twice in prompt and answer. 0 is off.';
comment on column image_job.presence_penalty is 'Subtracted from the logits of tokens that are in the answer. 0 is off.';
comment on column image_job.frequency_penalty is 'Subtracted from the logits of tokens, once for each time that they are in the answer. 0 is off.';
