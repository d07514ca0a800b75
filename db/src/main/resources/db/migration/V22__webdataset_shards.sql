-- Images inside WebDataset shards (tar files) are not stored: a job has the byte range of its image
-- member, and the shard is the location of its source.

alter table job_source drop constraint job_source_kind_check;
alter table job_source add check (kind in ('questions', 'captions', 'kafka', 'webdataset'));
alter table image_job add column shard_offset bigint, add column shard_length bigint;
-- Not valid: the rows that are there have neither, and need not be read.
alter table image_job add constraint image_job_shard_range
  check ((shard_offset is null) = (shard_length is null) and shard_offset >= 0 and shard_length >= 0)
  not valid;
comment on column image_job.shard_offset is 'Where the image''s bytes begin in the shard that is the location of the source. Null for images that are not in a shard.';
comment on column image_job.shard_length is 'The number of the image''s bytes in the shard.';
comment on column image_job.image_key is 'Equal for jobs of one image: the reference, or a hash of a long one; in shards the shard and the offset; empty for text only.';
