package org.stfbatch.model;

/**
 * How many tokens a slot or an entry of the prefix cache has room for.
 *
 * @param full tokens in the layers that see whole images: all, unless images are pruned
 * @param pruned tokens in the layers that see pruned images; without meaning if none are pruned
 */
public record CacheLength(int full, int pruned) {
  /** As many in all layers. */
  public static CacheLength of(int full) {
    return new CacheLength(full, full);
  }

  /** Room for both. */
  public CacheLength max(CacheLength other) {
    return new CacheLength(Math.max(full, other.full), Math.max(pruned, other.pruned));
  }

  public boolean fitsIn(CacheLength room) {
    return full <= room.full && pruned <= room.pruned;
  }
}
