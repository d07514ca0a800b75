package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.model.CacheCost;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;

/** Division of the KV cache memory. */
final class CachePlanTest {
  private static final CacheCost PLACE = new CacheCost(1000, 0, 0);
  private static final int PREFIX = 180;
  private static final int OWN = 40;
  private static final int BATCH = 64;

  @ParameterizedTest
  @ValueSource(longs = {2_000_000, 5_000_000, 12_000_000})
  void prefixesThatAreReadLeaveRoomForMoreSequences(long bytes) {
    CacheShape copied = shape(PrefixUse.COPIED, bytes);
    CacheShape read = shape(PrefixUse.READ, bytes);

    assertThat(read.slots()).isGreaterThan(copied.slots());
    assertThat(images(read))
        .as("sequences, each with another image")
        .isGreaterThanOrEqualTo(copied.slots() * 4 / 5);
    assertThat(bytes(read)).isLessThanOrEqualTo(bytes);
  }

  @Test
  void whereThereIsRoomEverySequenceThatReadsHasAnImageOfItsOwn() {
    CacheShape shape = shape(PrefixUse.READ, 1_000_000_000);

    assertThat(shape.slots()).isEqualTo(BATCH);
    assertThat(images(shape)).isGreaterThan(BATCH);
  }

  @ParameterizedTest
  @EnumSource(PrefixUse.class)
  void thereIsAlwaysASlot(PrefixUse use) {
    assertThat(shape(use, 1).slots()).isEqualTo(1);
  }

  @Test
  void textsTakeNoPrefixEntries() {
    CachePlan plan = new CachePlan(5_000_000, PLACE, BATCH, PrefixUse.READ);

    CacheShape shape = plan.shape(new CacheNeed(CacheLength.of(OWN), CacheLength.of(0), 0));

    assertThat(shape.slots()).isEqualTo(BATCH);
    assertThat(bytes(shape)).isEqualTo(64L * BATCH * PLACE.full());
  }

  private static CacheShape shape(PrefixUse use, long bytes) {
    int slot = use == PrefixUse.READ ? OWN : PREFIX + OWN;
    CacheNeed need = new CacheNeed(CacheLength.of(slot), CacheLength.of(PREFIX), 0);
    return new CachePlan(bytes, PLACE, BATCH, use).shape(need);
  }

  /** One entry is used by the text. */
  private static int images(CacheShape shape) {
    return shape.prefixes() - 1;
  }

  private static long bytes(CacheShape shape) {
    return shape.slots() * PLACE.of(shape.slot()) + shape.prefixes() * PLACE.of(shape.prefix());
  }
}
