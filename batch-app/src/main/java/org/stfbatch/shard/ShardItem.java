package org.stfbatch.shard;

import java.util.Optional;

/** What is read from a shard. */
public sealed interface ShardItem {
  /**
   * The members of one key.
   *
   * @param key the members' common name
   * @param number which sample of the shard it is, from 1
   * @param image the image; empty if there is none, or more than one
   * @param text the content of the {@code .txt} member, if it was asked for
   * @param json the content of the {@code .json} member, if it was asked for
   * @param defect why it cannot be used, as a sentence that names the member
   */
  record Sample(
      String key,
      long number,
      Optional<Member> image,
      Optional<byte[]> text,
      Optional<byte[]> json,
      Optional<String> defect)
      implements ShardItem {}

  /**
   * The shard cannot be read further, or was cut. It is the last item.
   *
   * @param why a sentence that names the shard and a member
   */
  record Damage(String why) implements ShardItem {}

  /**
   * A member whose data lie in the shard.
   *
   * @param path its name in the tar
   * @param offset of its first byte of data, from the beginning of the shard
   * @param length in bytes
   */
  record Member(String path, long offset, long length) {}
}
