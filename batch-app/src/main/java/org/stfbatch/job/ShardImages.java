package org.stfbatch.job;

import org.stfbatch.db.ShardRange;
import org.stfbatch.image.ImageSource;
import org.stfbatch.shard.Shard;

/** Images of jobs whose source is a WebDataset shard. */
public final class ShardImages {
  private ShardImages() {}

  /**
   * Returns the source of an image.
   *
   * @param reference the shard's name and the member's, as stored
   */
  public static ImageSource.InShard source(String reference, ShardRange range) {
    Shard shard = Shard.at(range.shard());
    return new ImageSource.InShard(
        shard.address(),
        range.offset(),
        range.length(),
        reference.substring(shard.name().length() + 1),
        reference);
  }
}
