package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RegionPartsTest {
  /** Region 0 is three patches in a row and one below; region 1 is in the corner. */
  private static final byte[] MAP = {
    -1, -1, -1, -1, //
    -1, 0, 0, 0, //
    -1, -1, 0, -1, //
    1, -1, -1, -1
  };

  private final RegionParts parts =
      new RegionParts(
          new RegionPicture(1, "a.png", List.of(List.of("T"), List.of("dot"), List.of("no")), MAP),
          4);

  @Test
  void theMiddlePatchEndsOnFiveSides() {
    // It ends on the three sides above and the two corners below; not on the left, on the right or
    // below.
    assertThat(parts.of(6)).containsExactly(0, 1, 2, 5, 7, 12);
  }

  @Test
  void anOuterPatchIsOnASideOfTheMiddle() {
    // It continues to the right and to the lower right; left of the centre.
    assertThat(parts.of(5)).containsExactly(0, 1, 2, 3, 5, 6, 10);
    // At the edge of the image; it continues to the left and to the lower left; right of the
    // centre.
    assertThat(parts.of(7)).containsExactly(0, 1, 2, 4, 6, 7, 11);
    // It continues above and to both upper corners; below the centre.
    assertThat(parts.of(10)).containsExactly(3, 4, 5, 6, 7, 9);
  }

  @Test
  void aRegionOfOnePatchEndsEverywhereAndIsItsMiddle() {
    assertThat(parts.of(12)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 12);
  }
}
