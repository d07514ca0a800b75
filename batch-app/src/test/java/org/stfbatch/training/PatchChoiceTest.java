package org.stfbatch.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatchChoiceTest {
  private static final int GRID = 8;
  private static final Set<Integer> SHOWING = Set.of(9, 10);
  private static final Set<Integer> BESIDE = Set.of(0, 1, 2, 3, 8, 11, 16, 17, 18, 19);

  private static RegionPicture picture() {
    byte[] map = new byte[GRID * GRID];
    Arrays.fill(map, (byte) RegionPicture.NOTHING);
    SHOWING.forEach(patch -> map[patch] = 0);
    return new RegionPicture(1, "a.png", List.of(List.of("thing")), map);
  }

  private static Set<Integer> chosen(int count, long seed) {
    int[] patches = new PatchChoice(GRID, count, seed).of(picture());
    assertThat(patches).hasSize(count).isSorted();
    return IntStream.of(patches).boxed().collect(Collectors.toSet());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void patchesOfRegionsComeFirstThenTheirNeighbours(long seed) {
    assertThat(SHOWING).containsAll(chosen(1, seed));
    assertThat(chosen(5, seed)).hasSize(5).containsAll(SHOWING);
    assertThat(chosen(5, seed))
        .allMatch(patch -> SHOWING.contains(patch) || BESIDE.contains(patch));
    assertThat(chosen(20, seed)).hasSize(20).containsAll(SHOWING).containsAll(BESIDE);
    assertThat(chosen(GRID * GRID, seed)).hasSize(GRID * GRID);
  }

  @Test
  void amongTheOthersTheSeedDecides() {
    assertThat(chosen(20, 1)).isEqualTo(chosen(20, 1)).isNotEqualTo(chosen(20, 2));
  }
}
