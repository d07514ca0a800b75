-- Answers that may be reused for jobs with the same content, and answers that were.

alter table answer
  add column reuse_key bytea,
  add column reused_run text,
  add column reused_custom_id text,
  add constraint reuse_has_a_source check ((reused_run is null) = (reused_custom_id is null)) not valid;
comment on column answer.reuse_key is 'Hash of everything the answer depends on: equal keys have equal answers. Null for answers that were reused themselves, and for those of older versions.';
comment on column answer.reused_run is 'Name of the run whose answer was reused. Null if the answer was computed for this job. The run may be deleted by now.';
comment on column answer.reused_custom_id is 'The job in that run.';

create index answer_by_reuse_key on answer (reuse_key, run_id) where reuse_key is not null;

alter table chunk_metric add column reused int not null default 0;
comment on column chunk_metric.reused is 'Answers that were reused. They are counted in no other column.';

alter table run_count add column reused_answers bigint not null default 0;
comment on column run_count.reused_answers is 'Of the answers, those that were reused.';

create or replace function count_answers() returns trigger language plpgsql as $$
begin
  insert into run_count (run_id, answers, later_answers, reused_answers)
  select
    run_id, count(*), count(*) filter (where attempt > 1), count(*) filter (where reused_run is not null)
  from added
  group by run_id;
  return null;
end $$;
