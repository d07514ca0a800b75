-- With which compression strategy and weight format a run is answered: beside the fingerprint, what
-- makes answers comparable. Constant defaults are kept in the catalogue: no row is rewritten, and
-- those of older versions read as what they are.

alter table answer
  add column compression text not null default 'none',
  add column weight_format text not null default 'plain';
comment on column answer.compression is 'The vision-token compression strategy in its canonical form, as vtc-cls:layer=16,tokens=144; none without one.';
comment on column answer.weight_format is 'How the language model''s weights were held: plain, if not quantized.';

alter table chunk_metric
  add column compression text not null default 'none',
  add column weight_format text not null default 'plain';
comment on column chunk_metric.compression is 'As in answer.';
comment on column chunk_metric.weight_format is 'As in answer.';
