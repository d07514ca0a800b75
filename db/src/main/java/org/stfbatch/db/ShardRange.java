package org.stfbatch.db;

/**
 * The byte range of an image member in a WebDataset shard (a tar file).
 *
 * @param shard address of the shard: an absolute path, or an http(s) or s3 address
 * @param offset of the member's first byte of data, from the beginning of the shard
 * @param length of the member's data in bytes
 */
public record ShardRange(String shard, long offset, long length) {
  /**
   * @throws IllegalArgumentException if offset or length is negative, or the address is not
   *     storable
   */
  public ShardRange {
    StoredText.requireStorable(shard, "the shard's address");
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "a member's offset and length are not negative: " + offset + ", " + length);
    }
  }
}
