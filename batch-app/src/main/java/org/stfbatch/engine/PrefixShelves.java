package org.stfbatch.engine;

import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
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

  /** How many running sequences read each shelf; those that none reads are left out. */
  private final Map<Integer, Integer> readers = new HashMap<>();

  /** Shelves whose prefix is forgotten, but still read. */
  private final Set<Integer> condemned = new HashSet<>();

  private int count;
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
    readers.clear();
    condemned.clear();
    textShelf = NO_SHELF;
    text = null;
    free.clear();
    count = 0;
    grow(shelves);
  }

  /** From now on there are so many shelves, not fewer than before; what lies on them is kept. */
  void grow(int shelves) {
    IntStream.range(count, shelves).forEach(free::add);
    count = shelves;
  }

  boolean holds(Prefix prefix) {
    return byPrefix.containsKey(prefix);
  }

  /** How many different images' prefixes a cache of this shape holds: one shelf is the text's. */
  int capacity(CacheShape shape) {
    return Math.max(0, shape.shelves() - 1 - condemned.size());
  }

  /** A running sequence reads this shelf from now on: it keeps what it holds. */
  void read(int shelf) {
    readers.merge(shelf, 1, Integer::sum);
  }

  /** One of those that read this shelf has ended. */
  void release(int shelf) {
    int left = readers.merge(shelf, -1, Integer::sum);
    if (left == 0) {
      readers.remove(shelf);
      if (condemned.remove(shelf)) {
        erase(shelf);
      }
    }
  }

  boolean isRead() {
    return !readers.isEmpty();
  }

  /** The prefixes that running sequences read. */
  Set<Prefix> beingRead() {
    Set<Prefix> read = new HashSet<>();
    byPrefix.forEach(
        (prefix, shelf) -> {
          if (readers.containsKey(shelf.index())) {
            read.add(prefix);
          }
        });
    return read;
  }

  /**
   * Forgets a prefix, if it is held, and erases what lies on its shelf, as soon as no sequence
   * reads it any more.
   */
  void erase(Prefix prefix) {
    Shelf shelf = byPrefix.remove(prefix);
    if (shelf != null && readers.containsKey(shelf.index())) {
      condemned.add(shelf.index());
    } else if (shelf != null) {
      erase(shelf.index());
    }
  }

  private void erase(int shelf) {
    free.add(shelf);
    model.eraseShelf(shelf);
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
