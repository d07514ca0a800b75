package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.stfbatch.model.VisionLanguageModel;

/**
 * Sees to it that sequences find their prefixes in their slots before their own part of the prompt
 * is run.
 */
final class PrefixStage {
  private final VisionLanguageModel model;
  private final PrefixShelves shelves;
  private final Queue<Sequence> waiting;
  private final EngineMeter meter;
  private final int tokensPerImage;

  /**
   * @param waiting the sequences that come next
   */
  PrefixStage(
      VisionLanguageModel model,
      PrefixShelves shelves,
      Queue<Sequence> waiting,
      EngineMeter meter) {
    this.model = model;
    this.shelves = shelves;
    this.waiting = waiting;
    this.meter = meter;
    this.tokensPerImage = model.config().visionTokens();
  }

  /**
   * Runs the prefixes that entering sequences miss, and copies every entering one's prefix into its
   * slot.
   *
   * @param firstSlot the slot of the first entering sequence; the others follow
   * @param shelfPositions room of a shelf
   */
  void prepare(List<Sequence> entering, int firstSlot, int shelfPositions) {
    Set<Prefix> needed = new HashSet<>();
    Map<Prefix, Sequence> missing = new HashMap<>();
    List<Sequence> inOrder = new ArrayList<>();
    for (Sequence sequence : entering) {
      sequence.prefix().ifPresent(prefix -> note(prefix, sequence, needed, missing, inOrder));
    }
    if (!inOrder.isEmpty()) {
      lookAhead(needed, missing, inOrder, shelfPositions);
      int perCall = Math.max(1, DeviceLoop.PROMPT_TOKENS / tokensPerImage);
      for (int i = 0; i < inOrder.size(); i += perCall) {
        shelves.fill(inOrder.subList(i, Math.min(inOrder.size(), i + perCall)), needed);
      }
    }
    takeFromShelves(entering, firstSlot);
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

  /** Images are encoded in full batches: those of the next waiting sequences come along. */
  private void lookAhead(
      Set<Prefix> needed,
      Map<Prefix, Sequence> missing,
      List<Sequence> inOrder,
      int shelfPositions) {
    int perCall = Math.max(1, DeviceLoop.PROMPT_TOKENS / tokensPerImage);
    int wanted = (inOrder.size() + perCall - 1) / perCall * perCall;
    Iterator<Sequence> ahead = waiting.iterator();
    while (ahead.hasNext() && inOrder.size() < wanted && needed.size() < shelves.capacity()) {
      Sequence sequence = ahead.next();
      Prefix prefix = sequence.prefix().orElse(null);
      if (prefix != null
          && sequence.prefixLength() <= shelfPositions
          && !shelves.holds(prefix)
          && missing.putIfAbsent(prefix, sequence) == null) {
        needed.add(prefix);
        inOrder.add(sequence);
      }
    }
  }

  private void takeFromShelves(List<Sequence> entering, int firstSlot) {
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < entering.size(); i++) {
      Sequence sequence = entering.get(i);
      if (sequence.prefix().isPresent()) {
        from.add(shelves.shelf(sequence.prefix().get()));
        to.add(firstSlot + i);
        lengths.add(sequence.prefixLength());
      }
    }
    if (!from.isEmpty()) {
      model.takeFromShelves(Ints.of(from), Ints.of(to), Ints.of(lengths));
    }
  }
}
