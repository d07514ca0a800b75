-- Which sources of jobs name images for this machine's user, and which for somebody else: what came
-- by Kafka, or for a trigger that did. Hosts of the private network are not asked for the latter.

alter table job_source add column from_outside boolean not null default false;
update job_source set from_outside = true where kind = 'kafka';
alter table job_source alter column from_outside drop default;
comment on column job_source.from_outside is 'Whether its jobs came by a message: their addresses are not trusted with private hosts.';

comment on column failure.sequence is 'Counts the outcomes of the run, answers and failures together, from 1. A failure that is taken back takes its number with it.';
