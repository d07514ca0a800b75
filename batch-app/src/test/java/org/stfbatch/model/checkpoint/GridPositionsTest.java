package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class GridPositionsTest {
  private static final int GRID = 24;
  private static final int WIDTH = 128;
  private static final float[] POSITIONS = GridPositions.of(1 + GRID * GRID, WIDTH);
  private static final Offset<Double> ROUNDING = within(1e-3);

  @Test
  void theClassTokenHasNone() {
    for (int i = 0; i < WIDTH; i++) {
      assertThat(POSITIONS[i]).isZero();
    }
  }

  @Test
  void theNearerTheMoreAlike() {
    double self = likeness(10, 10, 10, 10);
    double beside = likeness(10, 10, 10, 11);
    double diagonal = likeness(10, 10, 11, 11);
    double further = likeness(10, 10, 10, 13);

    assertThat(self).isGreaterThan(beside);
    assertThat(beside).isGreaterThan(diagonal);
    assertThat(diagonal).isGreaterThan(further);
    assertThat(further).isGreaterThan(likeness(10, 10, 0, 23));
  }

  @Test
  void likenessDependsOnTheWayBetweenAlone() {
    assertThat(likeness(2, 3, 4, 8)).isCloseTo(likeness(15, 10, 17, 15), ROUNDING);
    assertThat(likeness(2, 3, 4, 8)).isCloseTo(likeness(3, 2, 8, 4), ROUNDING);
  }

  private static double likeness(int row, int column, int otherRow, int otherColumn) {
    double product = 0;
    for (int i = 0; i < WIDTH; i++) {
      product += POSITIONS[at(row, column) + i] * POSITIONS[at(otherRow, otherColumn) + i];
    }
    return product;
  }

  private static int at(int row, int column) {
    return (1 + row * GRID + column) * WIDTH;
  }
}
