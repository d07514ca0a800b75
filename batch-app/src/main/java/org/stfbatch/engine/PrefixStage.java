package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.stfbatch.model.CacheLength;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.VisionLanguageModel;

/**
 * Prefix caching: provides the prefixes of entering sequences, in the prefix cache or in their
 * slots, before the rest of their prompts is run.
 */
final class PrefixStage {
  private final VisionLanguageModel model;
  private final PrefixCache prefixCache;
  private final ImageEncoder encoder;
  private final Queue<Sequence> waiting;
  private final EngineMeter meter;
  private final PrefixUse use;

  /**
   * @param waiting the sequences that come next
   * @param use of cached prefixes
   */
  PrefixStage(
      VisionLanguageModel model,
      PrefixCache prefixCache,
      ImageEncoder encoder,
      Queue<Sequence> waiting,
      EngineMeter meter,
      PrefixUse use) {
    this.model = model;
    this.prefixCache = prefixCache;
    this.encoder = encoder;
    this.waiting = waiting;
    this.meter = meter;
    this.use = use;
  }

  /**
   * Runs the prefixes of entering sequences that are not cached. Afterwards every entering sequence
   * reads its prefix in place in the prefix cache or has a copy of it in its slot.
   *
   * @param firstSlot slot of the first entering sequence; the others follow
   * @param shape the cache's
   */
  void prepare(List<Sequence> entering, int firstSlot, CacheShape shape) {
    Set<Prefix> needed = prefixCache.pinned();
    Map<Prefix, Sequence> missing = new HashMap<>();
    List<Sequence> inOrder = new ArrayList<>();
    for (Sequence sequence : entering) {
      sequence
          .prefix()
          .ifPresent(prefix -> collectMissing(prefix, sequence, needed, missing, inOrder));
    }
    if (!inOrder.isEmpty()) {
      if (entering.stream().allMatch(sequence -> sequence.attempts() == 1)) {
        addWaiting(needed, missing, inOrder, shape);
      }
      for (List<Sequence> together : calls(inOrder)) {
        prefixCache.fill(together, encoder.take(together), needed);
      }
    }
    for (Sequence sequence : entering) {
      sequence.prefix().ifPresent(prefix -> usePrefix(sequence, prefix));
    }
    if (use == PrefixUse.COPIED) {
      copyToSlots(entering, firstSlot);
    }
  }

  /** Splits sequences, in their order, into calls within the token limit. */
  private static List<List<Sequence>> calls(List<Sequence> sequences) {
    List<List<Sequence>> calls = new ArrayList<>();
    int room = 0;
    for (Sequence sequence : sequences) {
      if (calls.isEmpty() || sequence.prefixVisionTokens() > room) {
        calls.add(new ArrayList<>());
        room = DeviceLoop.PROMPT_TOKENS;
      }
      calls.get(calls.size() - 1).add(sequence);
      room -= sequence.prefixVisionTokens();
    }
    return calls;
  }

  private void collectMissing(
      Prefix prefix,
      Sequence sequence,
      Set<Prefix> needed,
      Map<Prefix, Sequence> missing,
      List<Sequence> inOrder) {
    needed.add(prefix);
    if (prefixCache.holds(prefix)) {
      meter.prefixHit();
      prefixCache.entry(prefix);
    } else if (missing.putIfAbsent(prefix, sequence) == null) {
      inOrder.add(sequence);
    } else {
      meter.prefixHit();
    }
  }

  /**
   * Fills the last call with the prefixes of waiting sequences, because full batches are more
   * efficient. Not done for retried sequences: the last call may have failed because of one of
   * those.
   */
  private void addWaiting(
      Set<Prefix> needed, Map<Prefix, Sequence> missing, List<Sequence> inOrder, CacheShape shape) {
    int room = freeTokensOfLastCall(inOrder);
    int capacity = prefixCache.capacity(shape);
    Iterator<Sequence> ahead = waiting.iterator();
    while (ahead.hasNext() && room > 0 && needed.size() < capacity) {
      Sequence sequence = ahead.next();
      Prefix prefix = sequence.prefix().orElse(null);
      if (prefix != null
          && sequence.need().prefixFits(shape)
          && !prefixCache.holds(prefix)
          && !missing.containsKey(prefix)) {
        room -= sequence.prefixVisionTokens();
        if (room >= 0) {
          missing.put(prefix, sequence);
          needed.add(prefix);
          inOrder.add(sequence);
        }
      }
    }
  }

  /** Returns how many more tokens fit into the last call for these sequences. */
  private static int freeTokensOfLastCall(List<Sequence> sequences) {
    List<List<Sequence>> calls = calls(sequences);
    return DeviceLoop.PROMPT_TOKENS
        - calls.get(calls.size() - 1).stream().mapToInt(Sequence::prefixVisionTokens).sum();
  }

  private void usePrefix(Sequence sequence, Prefix prefix) {
    int entry = prefixCache.entry(prefix);
    sequence.requireImageTokens(0, prefixCache.imageTokens(prefix).orElseThrow());
    sequence.setPrefixEntry(entry);
    sequence.dropEncoded();
    if (use == PrefixUse.READ) {
      prefixCache.pin(entry);
    }
  }

  private void copyToSlots(List<Sequence> entering, int firstSlot) {
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    List<CacheLength> lengths = new ArrayList<>();
    for (int i = 0; i < entering.size(); i++) {
      Sequence sequence = entering.get(i);
      if (sequence.prefix().isPresent()) {
        from.add(prefixCache.entry(sequence.prefix().get()));
        to.add(firstSlot + i);
        lengths.add(sequence.prefixCacheLength());
      }
    }
    if (!from.isEmpty()) {
      model.copyPrefixesToSlots(Ints.of(from), Ints.of(to), lengths);
    }
  }
}
