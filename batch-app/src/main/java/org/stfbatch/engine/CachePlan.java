package org.stfbatch.engine;

import org.stfbatch.model.CacheShape;

/**
 * Divides the room for keys and values among sequences and shared prefixes.
 *
 * @param bytes all the room there is
 * @param bytesPerPosition what one position takes
 * @param batch sequences that are wanted together
 * @param reuse whether prefixes are kept
 */
record CachePlan(long bytes, long bytesPerPosition, int batch, boolean reuse) {
  /** Slots and shelves grow in such steps, so that they seldom grow. */
  private static final int POSITION_STEP = 64;

  /** The part of the room that prefixes may take. */
  private static final int SHELVES_SHARE = 4;

  /** One for the text before images, one for an image. */
  private static final int FEWEST_SHELVES = 2;

  /** Images that are encoded ahead of the sequences in slots. */
  private static final int SHELVES_AHEAD = 16;

  /**
   * The shape in which a sequence of the given room and a prefix of the given length fit. There is
   * always one slot, even if it takes more than there is.
   */
  CacheShape shape(int room, int prefixLength) {
    int slotPositions = roundUp(room);
    int shelfPositions = reuse ? roundUp(prefixLength) : 0;
    int shelves = reuse ? shelves(shelfPositions) : 0;
    long left = bytes - bytesPerPosition * shelfPositions * shelves;
    long slots = left / (bytesPerPosition * slotPositions);
    return new CacheShape(
        (int) Math.max(1, Math.min(batch, slots)), slotPositions, shelves, shelfPositions);
  }

  private int shelves(int shelfPositions) {
    long fitting = bytes / SHELVES_SHARE / (bytesPerPosition * Math.max(1, shelfPositions));
    return (int) Math.max(FEWEST_SHELVES, Math.min(batch + SHELVES_AHEAD, fitting));
  }

  private static int roundUp(int positions) {
    return (positions + POSITION_STEP - 1) / POSITION_STEP * POSITION_STEP;
  }
}
