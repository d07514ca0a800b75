package org.stfbatch.engine;

import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;

/**
 * Remembers which prefix lies on which shelf, the least recently used one leaving first. The text
 * before images is run once and lies on a shelf of its own, from which every image's prefix begins.
 */
final class PrefixShelves {
  private static final int NO_SHELF = -1;

  private final VisionLanguageModel model;
  private final EngineMeter meter;
  private final Map<Prefix, Shelf> byPrefix = new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<Integer> free = new ArrayDeque<>();
  private int textShelf = NO_SHELF;
  private IntBuffer text;

  /**
   * Where a prefix lies.
   *
   * @param index the shelf's number
   * @param imageTokens vision tokens of the prefix
   */
  private record Shelf(int index, int imageTokens) {}

  PrefixShelves(VisionLanguageModel model, EngineMeter meter) {
    this.model = model;
    this.meter = meter;
  }

  /** Forgets everything; from now on there are so many shelves. */
  void clear(int shelves) {
    byPrefix.clear();
    textShelf = NO_SHELF;
    text = null;
    free.clear();
    IntStream.range(0, shelves).forEach(free::add);
  }

  boolean holds(Prefix prefix) {
    return byPrefix.containsKey(prefix);
  }

  /** How many different images' prefixes a cache of this shape holds: one shelf is the text's. */
  static int capacity(CacheShape shape) {
    return Math.max(0, shape.shelves() - 1);
  }

  /** Forgets a prefix, if it is held, and what lies on its shelf. */
  void erase(Prefix prefix) {
    Shelf shelf = byPrefix.remove(prefix);
    if (shelf != null) {
      free.add(shelf.index());
      model.eraseShelf(shelf.index());
    }
  }

  /** The shelf of a prefix that is held; it was used just now. */
  int shelf(Prefix prefix) {
    return byPrefix.get(prefix).index();
  }

  /** How many vision tokens the image of a prefix has; empty if the prefix is not held. */
  OptionalInt imageTokens(Prefix prefix) {
    return holds(prefix) ? OptionalInt.of(byPrefix.get(prefix).imageTokens()) : OptionalInt.empty();
  }

  /**
   * Runs prefixes that are not held yet.
   *
   * @param missing sequences with different prefixes, at most {@link #capacity}
   * @param vision the vision tokens of their images, in their order
   * @param needed prefixes that must not leave for them
   */
  void fill(List<Sequence> missing, VisionTokens vision, Set<Prefix> needed) {
    int[] shelves = new int[missing.size()];
    Map<IntBuffer, List<Integer>> byText = new LinkedHashMap<>();
    for (int i = 0; i < shelves.length; i++) {
      IntBuffer text = missing.get(i).prefix().orElseThrow().text();
      byText.computeIfAbsent(text, unseen -> new ArrayList<>()).add(i);
    }
    for (List<Integer> members : byText.values()) {
      Sequence first = missing.get(members.get(0));
      int textShelf = textShelf(first, needed);
      members.forEach(i -> shelves[i] = takeShelf(needed));
      int[] targets = members.stream().mapToInt(i -> shelves[i]).toArray();
      model.copyShelf(textShelf, targets, first.textSpan().length());
    }
    runImages(missing, vision, shelves);
    for (int i = 0; i < shelves.length; i++) {
      byPrefix.put(
          missing.get(i).prefix().orElseThrow(), new Shelf(shelves[i], vision.counts()[i]));
    }
  }

  private void runImages(List<Sequence> missing, VisionTokens vision, int[] shelves) {
    List<TokenSpan> spans = new ArrayList<>();
    int row = 0;
    for (int i = 0; i < missing.size(); i++) {
      spans.add(missing.get(i).imageSpan(row));
      row += vision.counts()[i];
    }
    meter.prefilling(spans, () -> model.fillShelves(spans, shelves, vision));
  }

  /**
   * The shelf with the text before the sequence's image; runs that text if it is not the one that
   * lies there.
   */
  private int textShelf(Sequence sequence, Set<Prefix> needed) {
    IntBuffer wanted = sequence.prefix().orElseThrow().text();
    if (textShelf == NO_SHELF) {
      textShelf = takeShelf(needed);
    }
    if (!wanted.equals(text)) {
      text = null;
      List<TokenSpan> spans = List.of(sequence.textSpan());
      VisionTokens none = VisionTokens.none(model.config().language().hiddenSize());
      meter.prefilling(spans, () -> model.fillShelves(spans, new int[] {textShelf}, none));
      text = wanted;
    }
    return textShelf;
  }

  private int takeShelf(Set<Prefix> needed) {
    if (free.isEmpty()) {
      Iterator<Map.Entry<Prefix, Shelf>> oldest = byPrefix.entrySet().iterator();
      while (oldest.hasNext()) {
        Map.Entry<Prefix, Shelf> entry = oldest.next();
        if (!needed.contains(entry.getKey())) {
          free.add(entry.getValue().index());
          oldest.remove();
          break;
        }
      }
    }
    return free.remove();
  }
}
