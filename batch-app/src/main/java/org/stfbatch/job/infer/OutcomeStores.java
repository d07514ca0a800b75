package org.stfbatch.job.infer;

import javax.sql.DataSource;
import org.stfbatch.db.ChunkMetricStore;
import org.stfbatch.db.OutcomeStore;

/**
 * The stores that a chunk is written to.
 *
 * @param outcomes answers and failures
 * @param metrics one row for each chunk
 */
record OutcomeStores(OutcomeStore outcomes, ChunkMetricStore metrics) {
  static OutcomeStores of(DataSource database) {
    return new OutcomeStores(new OutcomeStore(database), new ChunkMetricStore(database));
  }
}
