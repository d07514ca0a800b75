package org.stfbatch.model;

/**
 * Places of a slot or shelf.
 *
 * @param places in the layers that see whole images: all, unless images are pruned
 * @param pruned in the layers that see pruned images; without meaning if none are pruned
 */
public record CacheLength(int places, int pruned) {
  /** As many in all layers. */
  public static CacheLength of(int places) {
    return new CacheLength(places, places);
  }

  /** Room for both. */
  public CacheLength max(CacheLength other) {
    return new CacheLength(Math.max(places, other.places), Math.max(pruned, other.pruned));
  }

  public boolean fitsIn(CacheLength room) {
    return places <= room.places && pruned <= room.pruned;
  }
}
