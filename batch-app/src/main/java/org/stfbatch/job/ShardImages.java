package org.stfbatch.job;

import org.stfbatch.db.ShardRange;
import org.stfbatch.image.ImageSource;
import org.stfbatch.shard.Shard;
import org.stfbatch.storage.StorageAddress;

/** Images of jobs whose source is a WebDataset shard. */
public final class ShardImages {
  private ShardImages() {}

  /**
   * Returns the source of an image.
   *
   * @param reference the shard's name and the member's, as stored
   */
  public static ImageSource source(String reference, ShardRange range) {
    Shard shard = Shard.at(range.shard());
    ImageSource.InShard member =
        new ImageSource.InShard(
            shard.address(),
            range.offset(),
            range.length(),
            reference.substring(shard.name().length() + 1),
            reference);
    if (shard.address() instanceof StorageAddress.Http http) {
      return new ImageSource.RemoteMember(new ImageSource.Http(http.uri()), member);
    }
    return shard.address() instanceof StorageAddress.S3Object object
        ? new ImageSource.RemoteMember(new ImageSource.S3(object, false), member)
        : member;
  }
}
