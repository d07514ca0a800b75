-- Answers that are chosen among given texts, by how likely the model finds each of them.

alter table image_job add column choices text[] check (cardinality(choices) > 0);
comment on column image_job.choices is 'The texts that the answer is one of; null: the setting of the command that answers, which may be to write one.';

alter table answer
  add column choices text[],
  add column log_probabilities double precision[],
  add check (cardinality(choices) is not distinct from cardinality(log_probabilities));
comment on column answer.choices is 'The texts that the answer was chosen from; null if it was written.';
comment on column answer.log_probabilities is 'Natural logarithms of the choices'' probabilities, in their order.';
