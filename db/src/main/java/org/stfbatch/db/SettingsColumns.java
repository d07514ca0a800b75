package org.stfbatch.db;

import static org.stfbatch.db.ArrayParameters.boxed;

import java.sql.SQLException;

/** How jobs are generated, in the order in which every statement takes it. */
final class SettingsColumns {
  private SettingsColumns() {}

  /** Adds max_new_tokens, temperature, top_p, seed, stop and choices. */
  static void add(ArrayParameters<NewImageJob> columns) throws SQLException {
    columns
        .integers(job -> boxed(job.settings().maxNewTokens()))
        .reals(job -> boxed(job.settings().temperature()))
        .reals(job -> boxed(job.settings().topP()))
        .longs(job -> boxed(job.settings().seed()))
        .textLists(job -> job.settings().stop().orElse(null))
        .textLists(job -> job.settings().choices().map(ChoiceTexts::texts).orElse(null));
  }
}
