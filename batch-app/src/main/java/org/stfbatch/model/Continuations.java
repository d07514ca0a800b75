package org.stfbatch.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Ways in which one prompt may go on, as a tree of tokens: what several of them begin with is in it
 * once. The tree holds the tokens that something follows; the last token of a continuation is only
 * asked for.
 */
public final class Continuations {
  /** The parent of the root's children: the prompt's last token. */
  private static final int PROMPT = -1;

  private final List<int[]> continuations;
  private final List<int[]> paths;
  private final List<Node> nodes;

  private Continuations(List<int[]> continuations, List<int[]> paths, List<Node> nodes) {
    this.continuations = continuations;
    this.paths = paths;
    this.nodes = nodes;
  }

  /**
   * A token of the tree. Depth first: the tokens below one are those after it, up to its end.
   *
   * @param tokenId the token
   * @param depth tokens between the prompt and this one
   * @param end exclusive
   */
  record Node(int tokenId, int depth, int end) {}

  /**
   * A token that may come next.
   *
   * @param after the number of the node before it, or -1 for the prompt's last token
   * @param tokenId the token
   */
  record Query(int after, int tokenId) {}

  /**
   * @param continuations token ids of each, one at least
   */
  public static Continuations of(List<int[]> continuations) {
    if (continuations.stream().anyMatch(ids -> ids.length == 0)) {
      throw new IllegalArgumentException("a continuation needs a token at least");
    }
    List<int[]> copies = continuations.stream().map(int[]::clone).toList();
    Growth growth = new Growth(copies.size());
    // In this order, those that begin alike are neighbours.
    IntStream.range(0, copies.size())
        .boxed()
        .sorted((a, b) -> Arrays.compare(copies.get(a), copies.get(b)))
        .forEach(i -> growth.add(i, copies.get(i)));
    return new Continuations(copies, growth.paths(), growth.nodes());
  }

  /** How many continuations there are. */
  public int count() {
    return continuations.size();
  }

  /** How many tokens the tree has. */
  public int treeTokens() {
    return nodes.size();
  }

  List<Node> nodes() {
    return nodes;
  }

  /** What must be asked for a continuation, token by token. */
  List<Query> queries(int continuation) {
    int[] ids = continuations.get(continuation);
    int[] path = paths.get(continuation);
    return IntStream.range(0, ids.length)
        .mapToObj(i -> new Query(i == 0 ? PROMPT : path[i - 1], ids[i]))
        .toList();
  }

  /** The tree while it grows, branch by branch. */
  private static final class Growth {
    private final int[][] paths;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Integer> depths = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private int[] branch = new int[0];

    Growth(int continuations) {
      this.paths = new int[continuations][];
    }

    void add(int continuation, int[] ids) {
      int[] path = new int[ids.length - 1];
      int shared = shared(ids, path.length);
      System.arraycopy(branch, 0, path, 0, shared);
      close(shared);
      for (int depth = shared; depth < path.length; depth++) {
        path[depth] = tokens.size();
        tokens.add(ids[depth]);
        depths.add(depth);
        ends.add(0);
      }
      paths[continuation] = path;
      branch = path;
    }

    private int shared(int[] ids, int most) {
      int shared = 0;
      while (shared < Math.min(most, branch.length) && tokens.get(branch[shared]) == ids[shared]) {
        shared++;
      }
      return shared;
    }

    /** Below the branch's nodes from a depth on, nothing comes any more. */
    private void close(int depth) {
      for (int i = depth; i < branch.length; i++) {
        ends.set(branch[i], tokens.size());
      }
    }

    List<int[]> paths() {
      return List.of(paths);
    }

    List<Node> nodes() {
      close(0);
      return IntStream.range(0, tokens.size())
          .mapToObj(i -> new Node(tokens.get(i), depths.get(i), ends.get(i)))
          .toList();
    }
  }
}
