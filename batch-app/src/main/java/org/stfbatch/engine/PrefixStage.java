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
 * Sees to it that sequences find their prefixes, on shelves or in their slots, before their own
 * part of the prompt is run.
 */
final class PrefixStage {
  private final VisionLanguageModel model;
  private final PrefixShelves shelves;
  private final ImageEncoder encoder;
  private final Queue<Sequence> waiting;
  private final EngineMeter meter;
  private final PrefixUse use;

  /**
   * @param waiting the sequences that come next
   * @param use of prefixes on shelves
   */
  PrefixStage(
      VisionLanguageModel model,
      PrefixShelves shelves,
      ImageEncoder encoder,
      Queue<Sequence> waiting,
      EngineMeter meter,
      PrefixUse use) {
    this.model = model;
    this.shelves = shelves;
    this.encoder = encoder;
    this.waiting = waiting;
    this.meter = meter;
    this.use = use;
  }

  /**
   * Runs the prefixes that entering sequences miss. Every entering one reads its prefix on its
   * shelf from then on, or has it copied into its slot.
   *
   * @param firstSlot the slot of the first entering sequence; the others follow
   * @param shape the cache's
   */
  void prepare(List<Sequence> entering, int firstSlot, CacheShape shape) {
    Set<Prefix> needed = shelves.beingRead();
    Map<Prefix, Sequence> missing = new HashMap<>();
    List<Sequence> inOrder = new ArrayList<>();
    for (Sequence sequence : entering) {
      sequence.prefix().ifPresent(prefix -> note(prefix, sequence, needed, missing, inOrder));
    }
    if (!inOrder.isEmpty()) {
      if (entering.stream().allMatch(sequence -> sequence.attempts() == 1)) {
        lookAhead(needed, missing, inOrder, shape);
      }
      for (List<Sequence> together : calls(inOrder)) {
        shelves.fill(together, encoder.take(together), needed);
      }
    }
    for (Sequence sequence : entering) {
      sequence.prefix().ifPresent(prefix -> findOnShelf(sequence, prefix));
    }
    if (use == PrefixUse.COPIED) {
      copyToSlots(entering, firstSlot);
    }
  }

  /** Parts them into as many as one call runs well, in their order. */
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

  private void note(
      Prefix prefix,
      Sequence sequence,
      Set<Prefix> needed,
      Map<Prefix, Sequence> missing,
      List<Sequence> inOrder) {
    needed.add(prefix);
    if (shelves.holds(prefix)) {
      meter.prefixHit();
      shelves.shelf(prefix);
    } else if (missing.putIfAbsent(prefix, sequence) == null) {
      inOrder.add(sequence);
    } else {
      meter.prefixHit();
    }
  }

  /**
   * Images are encoded in full batches: those of the next waiting sequences come along, unless a
   * call has just failed, be it for one of those.
   */
  private void lookAhead(
      Set<Prefix> needed, Map<Prefix, Sequence> missing, List<Sequence> inOrder, CacheShape shape) {
    int room = roomOfLastCall(inOrder);
    int capacity = shelves.capacity(shape);
    Iterator<Sequence> ahead = waiting.iterator();
    while (ahead.hasNext() && room > 0 && needed.size() < capacity) {
      Sequence sequence = ahead.next();
      Prefix prefix = sequence.prefix().orElse(null);
      if (prefix != null
          && sequence.need().prefixFits(shape)
          && !shelves.holds(prefix)
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

  /** Tokens that the last call for these sequences has room for. */
  private static int roomOfLastCall(List<Sequence> sequences) {
    List<List<Sequence>> calls = calls(sequences);
    return DeviceLoop.PROMPT_TOKENS
        - calls.get(calls.size() - 1).stream().mapToInt(Sequence::prefixVisionTokens).sum();
  }

  private void findOnShelf(Sequence sequence, Prefix prefix) {
    int shelf = shelves.shelf(prefix);
    sequence.requireImageTokens(0, shelves.imageTokens(prefix).orElseThrow());
    sequence.findPrefixAt(shelf);
    sequence.dropEncoded();
    if (use == PrefixUse.READ) {
      shelves.read(shelf);
    }
  }

  private void copyToSlots(List<Sequence> entering, int firstSlot) {
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    List<CacheLength> lengths = new ArrayList<>();
    for (int i = 0; i < entering.size(); i++) {
      Sequence sequence = entering.get(i);
      if (sequence.prefix().isPresent()) {
        from.add(shelves.shelf(sequence.prefix().get()));
        to.add(firstSlot + i);
        lengths.add(sequence.prefixPlaces());
      }
    }
    if (!from.isEmpty()) {
      model.takeFromShelves(Ints.of(from), Ints.of(to), lengths);
    }
  }
}
