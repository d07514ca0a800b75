package org.stfbatch.model;

/**
 * Length of a slot or prefix cache entry, in tokens.
 *
 * @param full tokens in the layers that process whole images: all layers, unless images are pruned
 * @param pruned tokens in the layers that process pruned images; meaningless without pruning
 */
public record CacheLength(int full, int pruned) {
  /** Returns the same length for all layers. */
  public static CacheLength of(int full) {
    return new CacheLength(full, full);
  }

  /** Returns the least length that covers both. */
  public CacheLength max(CacheLength other) {
    return new CacheLength(Math.max(full, other.full), Math.max(pruned, other.pruned));
  }

  public boolean fitsIn(CacheLength room) {
    return full <= room.full && pruned <= room.pruned;
  }
}
