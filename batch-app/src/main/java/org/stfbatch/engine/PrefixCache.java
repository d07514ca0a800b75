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
 * Prefix cache of one device: maps prefixes to the model's cache entries, with least-recently-used
 * eviction. The text before images is run once and has an entry of its own; every image's prefix
 * starts as a copy of it. Entries that running sequences read in place are pinned. Used by the
 * device thread only.
 */
final class PrefixCache {
  private static final int NO_ENTRY = -1;

  private final VisionLanguageModel model;
  private final EngineMeter meter;
  private final Map<Prefix, Entry> byPrefix = new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<Integer> free = new ArrayDeque<>();

  /**
   * Reference counts: how many running sequences read each entry. Entries without readers are
   * absent.
   */
  private final Map<Integer, Integer> readers = new HashMap<>();

  /** Entries whose prefix was removed, but that running sequences still read. */
  private final Set<Integer> removed = new HashSet<>();

  private int count;
  private int textEntry = NO_ENTRY;
  private IntBuffer text;

  /**
   * A cached prefix.
   *
   * @param index of the model's entry
   * @param imageTokens vision tokens of the prefix
   */
  private record Entry(int index, int imageTokens) {}

  PrefixCache(VisionLanguageModel model, EngineMeter meter) {
    this.model = model;
    this.meter = meter;
  }

  /** Removes all prefixes and sets the number of entries. */
  void clear(int entries) {
    byPrefix.clear();
    readers.clear();
    removed.clear();
    textEntry = NO_ENTRY;
    text = null;
    free.clear();
    count = 0;
    grow(entries);
  }

  /** Raises the number of entries. Cached prefixes are kept. */
  void grow(int entries) {
    IntStream.range(count, entries).forEach(free::add);
    count = entries;
  }

  boolean holds(Prefix prefix) {
    return byPrefix.containsKey(prefix);
  }

  /** Returns how many image prefixes fit a cache of this shape: one entry is used by the text. */
  int capacity(CacheShape shape) {
    return Math.max(0, shape.prefixes() - 1 - removed.size());
  }

  /** Pins an entry for one more running sequence. */
  void pin(int entry) {
    readers.merge(entry, 1, Integer::sum);
  }

  /** Unpins an entry for one running sequence. */
  void unpin(int entry) {
    int left = readers.merge(entry, -1, Integer::sum);
    if (left == 0) {
      readers.remove(entry);
      if (removed.remove(entry)) {
        erase(entry);
      }
    }
  }

  boolean hasPinned() {
    return !readers.isEmpty();
  }

  /** Returns the prefixes that running sequences read in place. */
  Set<Prefix> pinned() {
    Set<Prefix> pinned = new HashSet<>();
    byPrefix.forEach(
        (prefix, entry) -> {
          if (readers.containsKey(entry.index())) {
            pinned.add(prefix);
          }
        });
    return pinned;
  }

  /** Removes a prefix, if it is cached, and zeroes its entry as soon as no sequence reads it. */
  void erase(Prefix prefix) {
    Entry entry = byPrefix.remove(prefix);
    if (entry != null && readers.containsKey(entry.index())) {
      removed.add(entry.index());
    } else if (entry != null) {
      erase(entry.index());
    }
  }

  private void erase(int entry) {
    free.add(entry);
    model.erasePrefix(entry);
  }

  /** Returns the entry of a cached prefix and marks it as the most recently used. */
  int entry(Prefix prefix) {
    return byPrefix.get(prefix).index();
  }

  /** Returns the number of vision tokens of a prefix's image; empty if the prefix is not cached. */
  OptionalInt imageTokens(Prefix prefix) {
    return holds(prefix) ? OptionalInt.of(byPrefix.get(prefix).imageTokens()) : OptionalInt.empty();
  }

  /**
   * Runs prefixes that are not cached and adds them.
   *
   * @param missing sequences with different prefixes, at most {@link #capacity}
   * @param vision the vision tokens of their images, in their order
   * @param needed prefixes that must not be evicted
   */
  void fill(List<Sequence> missing, VisionTokens vision, Set<Prefix> needed) {
    int[] entries = new int[missing.size()];
    Map<IntBuffer, List<Integer>> byText = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i++) {
      IntBuffer text = missing.get(i).prefix().orElseThrow().text();
      byText.computeIfAbsent(text, key -> new ArrayList<>()).add(i);
    }
    for (List<Integer> members : byText.values()) {
      Sequence first = missing.get(members.get(0));
      int textEntry = textEntry(first, needed);
      members.forEach(i -> entries[i] = freeOrEvictedEntry(needed));
      int[] targets = members.stream().mapToInt(i -> entries[i]).toArray();
      model.copyPrefix(textEntry, targets, first.textSpan().length());
    }
    runImages(missing, vision, entries);
    for (int i = 0; i < entries.length; i++) {
      byPrefix.put(
          missing.get(i).prefix().orElseThrow(), new Entry(entries[i], vision.counts()[i]));
    }
  }

  private void runImages(List<Sequence> missing, VisionTokens vision, int[] entries) {
    List<TokenSpan> spans = new ArrayList<>();
    int row = 0;
    for (int i = 0; i < missing.size(); i++) {
      spans.add(missing.get(i).imageSpan(row));
      row += vision.counts()[i];
    }
    meter.prefilling(spans, () -> model.fillPrefixes(spans, entries, vision));
  }

  /**
   * Returns the entry with the text before the sequence's image; runs that text unless it is
   * already in the entry.
   */
  private int textEntry(Sequence sequence, Set<Prefix> needed) {
    IntBuffer wanted = sequence.prefix().orElseThrow().text();
    if (textEntry == NO_ENTRY) {
      textEntry = freeOrEvictedEntry(needed);
    }
    if (!wanted.equals(text)) {
      text = null;
      List<TokenSpan> spans = List.of(sequence.textSpan());
      VisionTokens none = VisionTokens.none(model.config().language().hiddenSize());
      meter.prefilling(spans, () -> model.fillPrefixes(spans, new int[] {textEntry}, none));
      text = wanted;
    }
    return textEntry;
  }

  private int freeOrEvictedEntry(Set<Prefix> needed) {
    if (free.isEmpty()) {
      Iterator<Map.Entry<Prefix, Entry>> oldest = byPrefix.entrySet().iterator();
      while (oldest.hasNext()) {
        Map.Entry<Prefix, Entry> candidate = oldest.next();
        if (!needed.contains(candidate.getKey())) {
          free.add(candidate.getValue().index());
          oldest.remove();
          break;
        }
      }
    }
    return free.remove();
  }
}
