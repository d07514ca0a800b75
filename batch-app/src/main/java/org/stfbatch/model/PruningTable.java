package org.stfbatch.model;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.stfbatch.model.Continuations.Node;
import org.stfbatch.model.TorchModule.Tensor;

/**
 * The tokens of one call that continue after the layer at which images are pruned, as the module's
 * input: [4, U] source, row, column, cache position, and with branching continuations [5, U],
 * including the end; and the images, [6, P] slot, query, start, length, prefix cache entry, token.
 * The tokens of a row are in prompt order: text, the kept tokens of the image, text. A source is an
 * index into the call's tokens followed by the kept tokens of all images.
 */
final class PruningTable {
  private static final int FIELDS = 4;
  private static final int BRANCHING_FIELDS = 5;
  private static final int IMAGE_FIELDS = 6;

  private final ImagePruning pruning;
  private final int callTokens;
  private final int fields;
  private final List<long[]> remaining = new ArrayList<>();
  private final List<long[]> images = new ArrayList<>();
  private final List<Integer> lastOfPrompts = new ArrayList<>();
  private int nextToken;
  private int span;

  private PruningTable(ImagePruning pruning, int callTokens, int fields) {
    this.pruning = pruning;
    this.callTokens = callTokens;
    this.fields = fields;
  }

  /** Returns the table of a step. Without pruning it is empty. */
  static PruningTable of(
      Optional<ImagePruning> pruning, Decoding decoding, List<TokenSpan> prompts) {
    int prompted = prompts.stream().mapToInt(TokenSpan::length).sum();
    return pruning
        .map(images -> new PruningTable(images, decoding.count() + prompted, FIELDS))
        .map(table -> table.with(decoding, prompts))
        .orElseGet(
            () -> {
              int[] lengths = prompts.stream().mapToInt(TokenSpan::length).toArray();
              return without(FIELDS, decoding.count(), lengths, lengths);
            });
  }

  /** Returns the table of branching prompts. Without pruning it is empty. */
  static PruningTable of(
      Optional<ImagePruning> pruning, int firstSlot, List<BranchingPrompt> prompts) {
    int[] tokens = prompts.stream().mapToInt(BranchingPrompt::tokens).toArray();
    return pruning
        .map(images -> new PruningTable(images, IntStream.of(tokens).sum(), BRANCHING_FIELDS))
        .map(table -> table.with(firstSlot, prompts))
        .orElseGet(
            () -> {
              int[] ends = prompts.stream().mapToInt(prompt -> prompt.end().length()).toArray();
              return without(BRANCHING_FIELDS, 0, tokens, ends);
            });
  }

  /**
   * @param tokens number of tokens of each prompt in the call
   * @param ends how many of them are the prompt itself
   */
  private static PruningTable without(int fields, int before, int[] tokens, int[] ends) {
    PruningTable table = new PruningTable(null, 0, fields);
    int begin = before;
    for (int i = 0; i < tokens.length; i++) {
      table.lastOfPrompts.add(begin + ends[i] - 1);
      begin += tokens[i];
    }
    return table;
  }

  private PruningTable with(Decoding decoding, List<TokenSpan> prompts) {
    for (int i = 0; i < decoding.count(); i++) {
      add(nextToken++, 0, 0, decoding.positions()[i] - decoding.dropped()[i], 0);
    }
    for (int row = 0; row < prompts.size(); row++) {
      add(prompts.get(row), row, decoding.count(), 0);
    }
    return this;
  }

  private PruningTable with(int firstSlot, List<BranchingPrompt> prompts) {
    for (int row = 0; row < prompts.size(); row++) {
      add(prompts.get(row), row, firstSlot);
    }
    return this;
  }

  private void add(BranchingPrompt prompt, int row, int firstSlot) {
    TokenSpan own = prompt.end();
    int dropped = dropped(own);
    int column = add(own, row, firstSlot, own.offset() + prompt.tokens() - dropped);
    int cachePosition = own.end() - dropped;
    for (Node node : prompt.continuations().nodes()) {
      add(nextToken++, row, column++, cachePosition++, own.end() + node.end() - dropped);
    }
  }

  private int dropped(TokenSpan prompt) {
    return prompt.pruned().map(image -> pruning.dropped(image.tokens())).orElse(0);
  }

  /**
   * @return number of tokens of the row that continue
   */
  private int add(TokenSpan prompt, int row, int firstSlot, int end) {
    int first = remaining.size();
    if (prompt.pruned().isPresent()) {
      addAround(prompt.pruned().get(), prompt, row, firstSlot, end);
    } else {
      addText(prompt.length(), row, 0, prompt.offset(), end);
    }
    lastOfPrompts.add(remaining.size() - 1);
    return remaining.size() - first;
  }

  /**
   * Adds an image whose hidden states are in the prefix cache; it precedes the span's first token.
   */
  private void addAround(PromptImage image, TokenSpan prompt, int row, int firstSlot, int end) {
    boolean inSpan = image.entry() == PromptImage.IN_SPAN;
    int before = inSpan ? image.start() - prompt.offset() : 0;
    int skipped = inSpan ? image.tokens() : 0;
    int firstToken = nextToken;
    addText(before, row, 0, prompt.offset(), end);
    int kept = addKept(image, row, before, end);
    addImage(image, prompt, firstSlot + row, firstToken, before);
    nextToken += skipped;
    int after = prompt.length() - before - skipped;
    addText(after, row, before + kept, image.start() + kept, end);
  }

  private void addText(int count, int row, int column, int cachePosition, int end) {
    for (int i = 0; i < count; i++) {
      add(nextToken++, row, column + i, cachePosition + i, end);
    }
  }

  /**
   * @return number of its kept tokens
   */
  private int addKept(PromptImage image, int row, int column, int end) {
    int kept = image.tokens() - pruning.dropped(image.tokens());
    for (int i = 0; i < kept; i++) {
      int source = callTokens + images.size() * pruning.keep() + i;
      add(source, row, column + i, image.start() + i, end);
    }
    return kept;
  }

  private void addImage(
      PromptImage image, TokenSpan prompt, int slot, int firstToken, int imageColumn) {
    images.add(
        new long[] {
          slot,
          firstToken + prompt.length() - 1,
          image.start(),
          image.tokens(),
          image.entry(),
          firstToken + imageColumn
        });
  }

  private void add(int source, int row, int column, int cachePosition, int end) {
    remaining.add(new long[] {source, row, column, cachePosition, end});
    span = Math.max(span, cachePosition + 1);
  }

  Tensor remaining() {
    return columns(remaining, fields);
  }

  Tensor images() {
    return columns(images, IMAGE_FIELDS);
  }

  /** Returns the index of each prompt's last token among the tokens that continue. */
  int[] lastOfPrompts() {
    return lastOfPrompts.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns the number of cache positions that attention reads: one more than the largest. */
  int span() {
    return span;
  }

  /**
   * Returns columns of numbers as [fields, columns] int64; further numbers of a column are left.
   */
  static Tensor columns(List<long[]> columns, int fields) {
    ByteBuffer data = Tensor.allocate((long) Long.BYTES * fields * columns.size());
    for (int field = 0; field < fields; field++) {
      for (long[] column : columns) {
        data.putLong(column[field]);
      }
    }
    return new Tensor(data.flip(), DataType.INT64, fields, columns.size());
  }
}
