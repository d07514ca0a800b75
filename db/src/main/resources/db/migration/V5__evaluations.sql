-- What runs that answered a benchmark are worth.

create table evaluation (
  run_id      bigint      primary key references run,
  benchmark   text        not null check (benchmark <> ''),
  data_folder text        not null,
  strict      boolean     not null,
  questions   bigint      not null check (questions >= 0),
  answered    bigint      not null check (answered between 0 and questions),
  published   double precision,
  problem     text,
  scored_at   timestamptz not null default now()
);
comment on table evaluation is 'How a run that answered a benchmark was scored last.';
comment on column evaluation.strict is 'Whether the repaired variant of the original''s scorer was used.';
comment on column evaluation.published is 'The paper''s figure, in the unit of the first figure; null if the paper has none.';
comment on column evaluation.problem is 'Why there is no score; null if there is one, or if a server or judge is to tell it.';

create table evaluation_figure (
  run_id      bigint  not null references evaluation on delete cascade,
  position    int     not null check (position >= 0),
  name        text    not null,
  value       double precision not null,
  is_headline boolean not null,
  primary key (run_id, position)
);
comment on table evaluation_figure is 'The figures of an evaluation in the order in which they are shown; at most one is the headline, the paper''s.';
create unique index evaluation_headline on evaluation_figure (run_id) where is_headline;
