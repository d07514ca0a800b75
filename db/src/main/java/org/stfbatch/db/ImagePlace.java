package org.stfbatch.db;

import java.util.Optional;

/**
 * Where a job's image reference leads.
 *
 * @param root folder of relative references; empty if the job's source has none
 * @param fromOutside whether the reference is untrusted, because it did not come from this
 *     machine's user
 * @param shard the image's bytes in a shard; empty if it is not in one
 */
public record ImagePlace(Optional<String> root, boolean fromOutside, Optional<ShardRange> shard) {
  /** The place of a job without a source. */
  public static final ImagePlace NONE = new ImagePlace(Optional.empty(), false, Optional.empty());
}
