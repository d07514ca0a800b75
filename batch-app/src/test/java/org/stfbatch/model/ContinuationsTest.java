package org.stfbatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.stfbatch.model.Continuations.Node;
import org.stfbatch.model.Continuations.Query;

final class ContinuationsTest {
  private static final int END = 2;

  @Test
  void whatSeveralBeginWithIsRunOnce() {
    Continuations tree =
        Continuations.of(
            List.of(
                new int[] {7, 8, END},
                new int[] {5, END},
                new int[] {7, END},
                new int[] {7, 8, 9, END},
                new int[] {7, 6, END}));

    assertThat(tree.nodes())
        .containsExactly(
            new Node(5, 0, 1),
            new Node(7, 0, 5),
            new Node(6, 1, 3),
            new Node(8, 1, 5),
            new Node(9, 2, 5));
    assertThat(tree.treeTokens()).isEqualTo(5);
    assertThat(tree.queries(0))
        .containsExactly(new Query(-1, 7), new Query(1, 8), new Query(3, END));
    assertThat(tree.queries(1)).containsExactly(new Query(-1, 5), new Query(0, END));
    assertThat(tree.queries(2)).containsExactly(new Query(-1, 7), new Query(1, END));
    assertThat(tree.queries(3))
        .containsExactly(new Query(-1, 7), new Query(1, 8), new Query(3, 9), new Query(4, END));
    assertThat(tree.queries(4))
        .containsExactly(new Query(-1, 7), new Query(1, 6), new Query(2, END));
  }

  @Test
  void aSingleTokenIsOnlyAskedFor() {
    Continuations tree = Continuations.of(List.of(new int[] {END}, new int[] {3}));

    assertThat(tree.treeTokens()).isZero();
    assertThat(tree.count()).isEqualTo(2);
    assertThat(tree.queries(1)).containsExactly(new Query(-1, 3));
    assertThatThrownBy(() -> Continuations.of(List.of(new int[0])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
