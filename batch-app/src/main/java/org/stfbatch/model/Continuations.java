package org.stfbatch.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Alternative continuations of a prompt as a token tree, which stores common beginnings once. The
 * tree contains the tokens that another token follows; the last token of a continuation is only
 * queried.
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
   * A token of the tree. Nodes are in depth-first order: the descendants of a node follow it, up to
   * its end.
   *
   * @param tokenId the token
   * @param depth number of tokens between the prompt and this one
   * @param end of its descendants, exclusive
   */
  record Node(int tokenId, int depth, int end) {}

  /**
   * A query for the probability of a next token.
   *
   * @param after index of the preceding node, or -1 for the prompt's last token
   * @param tokenId the next token
   */
  record Query(int after, int tokenId) {}

  /**
   * @param continuations token ids of each; at least one
   */
  public static Continuations of(List<int[]> continuations) {
    if (continuations.stream().anyMatch(ids -> ids.length == 0)) {
      throw new IllegalArgumentException("a continuation needs at least one token");
    }
    List<int[]> copies = continuations.stream().map(int[]::clone).toList();
    TreeBuilder growth = new TreeBuilder(copies.size());
    // Sorted, so that continuations with the same beginning are adjacent.
    IntStream.range(0, copies.size())
        .boxed()
        .sorted((a, b) -> Arrays.compare(copies.get(a), copies.get(b)))
        .forEach(i -> growth.add(i, copies.get(i)));
    return new Continuations(copies, growth.paths(), growth.nodes());
  }

  /** Returns the number of continuations. */
  public int count() {
    return continuations.size();
  }

  /** Returns the number of tokens of the tree. */
  public int treeTokens() {
    return nodes.size();
  }

  List<Node> nodes() {
    return nodes;
  }

  /** Returns the queries of a continuation, one per token. */
  List<Query> queries(int continuation) {
    int[] ids = continuations.get(continuation);
    int[] path = paths.get(continuation);
    return IntStream.range(0, ids.length)
        .mapToObj(i -> new Query(i == 0 ? PROMPT : path[i - 1], ids[i]))
        .toList();
  }

  /** Builder of the tree, one branch at a time. */
  private static final class TreeBuilder {
    private final int[][] paths;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Integer> depths = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private int[] branch = new int[0];

    TreeBuilder(int continuations) {
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

    /** Sets the end of the branch's nodes from a depth on. */
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
