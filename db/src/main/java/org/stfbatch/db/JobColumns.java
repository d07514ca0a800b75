package org.stfbatch.db;

import static org.stfbatch.db.ArrayParameters.boxed;

import java.sql.SQLException;

/** Columns of new jobs, in the order in which the statements bind them. */
final class JobColumns {
  private JobColumns() {}

  /** Adds custom_id, source_id, question_id, category, image_ref, shard_offset and shard_length. */
  static void addIdentity(ArrayParameters<NewImageJob> columns) throws SQLException {
    columns
        .texts(NewImageJob::customId)
        .longs(job -> boxed(job.sourceId()))
        .texts(job -> job.prompt().questionId().orElse(null))
        .texts(job -> job.prompt().category().orElse(null))
        .texts(job -> job.prompt().image().orElse(null))
        .longs(job -> job.shard().map(ShardRange::offset).orElse(null))
        .longs(job -> job.shard().map(ShardRange::length).orElse(null));
  }

  /**
   * Adds max_new_tokens, temperature, top_p, seed, stop, choices, repetition_penalty,
   * no_repeat_ngram_size, presence_penalty and frequency_penalty.
   */
  static void addSettings(ArrayParameters<NewImageJob> columns) throws SQLException {
    columns
        .integers(job -> boxed(job.settings().maxNewTokens()))
        .reals(job -> boxed(job.settings().temperature()))
        .reals(job -> boxed(job.settings().topP()))
        .longs(job -> boxed(job.settings().seed()))
        .textLists(job -> job.settings().stop().orElse(null))
        .textLists(job -> job.settings().choices().map(ChoiceTexts::texts).orElse(null))
        .reals(job -> boxed(job.settings().penalties().repetition()))
        .integers(job -> boxed(job.settings().penalties().noRepeatNgramSize()))
        .reals(job -> boxed(job.settings().penalties().presence()))
        .reals(job -> boxed(job.settings().penalties().frequency()));
  }
}
