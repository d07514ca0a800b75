package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.Choice;
import org.stfbatch.model.Decoding;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;

/**
 * What the device thread does, turn by turn: waiting sequences enter free slots, prefixes that they
 * miss are run, and one step takes the entering and the generating sequences together one token
 * further. Those that have ended leave, and the last ones move into their slots, so that the slots
 * in use are always the first ones.
 *
 * <p>A batch that failed is tried again half as large; only a sequence that fails alone and
 * repeatedly ends as a failure, and when several do so in a row the engine is called broken instead
 * of failing every job of a run.
 */
final class DeviceLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceLoop.class);

  private static final int MAX_ATTEMPTS = 3;
  private static final int FAILURES_IN_A_ROW_THAT_BREAK = 3;

  /** After so many answers without trouble a halved batch is doubled again. */
  private static final int ANSWERS_UNTIL_GROWTH = 256;

  /**
   * Prompt tokens of one call: enough to keep matrix kernels busy, few enough to keep activations
   * small.
   */
  private static final int PROMPT_TOKENS = 2048;

  private final VisionLanguageModel model;
  private final AnswerText text;
  private final BlockingDeque<Sequence> waiting;
  private final EngineMeter meter;
  private final CachePlan plan;
  private final PrefixShelves shelves;
  private final int tokensPerImage;
  private final List<Sequence> active = new ArrayList<>();
  private CacheShape shape = CacheShape.NONE;
  private int usableSlots;
  private int failuresInARow;
  private int answersSinceRetreat;

  DeviceLoop(
      VisionLanguageModel model,
      AnswerText text,
      BlockingDeque<Sequence> waiting,
      EngineMeter meter,
      CachePlan plan) {
    this.model = model;
    this.text = text;
    this.waiting = waiting;
    this.meter = meter;
    this.plan = plan;
    this.shelves = new PrefixShelves(model, meter);
    this.tokensPerImage = model.config().visionTokens();
    this.usableSlots = plan.batch();
  }

  boolean isIdle() {
    return active.isEmpty();
  }

  /** One round: admit what waits, then one step for all. */
  void turn() {
    List<Sequence> entering = admit();
    List<Sequence> involved = new ArrayList<>(active);
    involved.addAll(entering);
    if (involved.isEmpty()) {
      return;
    }
    try {
      preparePrefixes(entering);
      int[] next = step(entering);
      active.addAll(entering);
      take(next);
    } catch (ModelException e) {
      retreat(involved, e);
    }
  }

  // ---- admission ----

  /**
   * Takes waiting sequences for the free slots, as many as one call runs well and the cache has
   * room for.
   */
  private List<Sequence> admit() {
    List<Sequence> entering = new ArrayList<>();
    Set<Prefix> prefixes = new HashSet<>();
    int tokens = 0;
    while (active.size() + entering.size() < usableSlots) {
      Sequence next = waiting.peek();
      if (next == null || !entering.isEmpty() && tokens + next.ownLength() > PROMPT_TOKENS) {
        break;
      }
      if (!makeRoom(next, entering.size()) || !fitsShelves(next, prefixes)) {
        break;
      }
      waiting.remove(next);
      next.begin();
      entering.add(next);
      tokens += next.ownLength();
    }
    return entering;
  }

  /** Whether one more sequence fits into the cache, which is reshaped for it if need be. */
  private boolean makeRoom(Sequence next, int entering) {
    int shelfPositions = Math.max(shape.shelfPositions(), next.prefixLength());
    CacheShape wanted = plan.shape(Math.max(shape.slotPositions(), next.room()), shelfPositions);
    if (active.isEmpty() && entering == 0) {
      // Nothing needs the long slots that an earlier sequence made: shorter ones may be more.
      CacheShape shorter = plan.shape(next.room(), shelfPositions);
      wanted = shorter.slots() > wanted.slots() ? shorter : wanted;
    }
    if (wanted.slots() <= active.size() + entering) {
      return false;
    }
    if (!wanted.equals(shape)) {
      // Entering sequences have not put anything into their slots yet.
      boolean newShelves =
          wanted.shelves() != shape.shelves() || wanted.shelfPositions() != shape.shelfPositions();
      model.reserve(wanted);
      shape = wanted;
      if (newShelves) {
        shelves.clear(shape.shelves());
      }
    }
    return true;
  }

  private boolean fitsShelves(Sequence next, Set<Prefix> prefixes) {
    if (next.prefix().isEmpty()) {
      return true;
    }
    prefixes.add(next.prefix().get());
    return prefixes.size() <= shelves.capacity();
  }

  // ---- prefixes ----

  /**
   * Runs the prefixes that entering sequences miss, and copies every entering one's prefix into its
   * slot.
   */
  private void preparePrefixes(List<Sequence> entering) {
    Set<Prefix> needed = new HashSet<>();
    Map<Prefix, Sequence> missing = new HashMap<>();
    List<Sequence> inOrder = new ArrayList<>();
    for (Sequence sequence : entering) {
      sequence.prefix().ifPresent(prefix -> note(prefix, sequence, needed, missing, inOrder));
    }
    if (!inOrder.isEmpty()) {
      lookAhead(needed, missing, inOrder);
      int perCall = Math.max(1, PROMPT_TOKENS / tokensPerImage);
      for (int i = 0; i < inOrder.size(); i += perCall) {
        shelves.fill(inOrder.subList(i, Math.min(inOrder.size(), i + perCall)), needed);
      }
    }
    takeFromShelves(entering);
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
      Set<Prefix> needed, Map<Prefix, Sequence> missing, List<Sequence> inOrder) {
    int perCall = Math.max(1, PROMPT_TOKENS / tokensPerImage);
    int wanted = (inOrder.size() + perCall - 1) / perCall * perCall;
    Iterator<Sequence> ahead = waiting.iterator();
    while (ahead.hasNext() && inOrder.size() < wanted && needed.size() < shelves.capacity()) {
      Sequence sequence = ahead.next();
      Prefix prefix = sequence.prefix().orElse(null);
      if (prefix != null
          && sequence.prefixLength() <= shape.shelfPositions()
          && !shelves.holds(prefix)
          && missing.putIfAbsent(prefix, sequence) == null) {
        needed.add(prefix);
        inOrder.add(sequence);
      }
    }
  }

  private void takeFromShelves(List<Sequence> entering) {
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < entering.size(); i++) {
      Sequence sequence = entering.get(i);
      if (sequence.prefix().isPresent()) {
        from.add(shelves.shelf(sequence.prefix().get()));
        to.add(active.size() + i);
        lengths.add(sequence.prefixLength());
      }
    }
    if (!from.isEmpty()) {
      model.takeFromShelves(ints(from), ints(to), ints(lengths));
    }
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  // ---- the step ----

  private int[] step(List<Sequence> entering) {
    OwnImages images = encodeOwn(entering);
    List<TokenSpan> prompts = entering.stream().map(s -> s.ownSpan(images.rows(s))).toList();
    Decoding decoding =
        new Decoding(
            active.stream().mapToInt(Sequence::newestToken).toArray(),
            active.stream().mapToInt(Sequence::position).toArray());
    List<Sequence> all = new ArrayList<>(active);
    all.addAll(entering);
    Choice choice = choice(all);
    return meter.step(
        decoding.count(), prompts, () -> model.step(decoding, prompts, images.tokens(), choice));
  }

  /** Encodes the images of sequences that share no prefix. */
  private OwnImages encodeOwn(List<Sequence> entering) {
    List<byte[]> pixels = new ArrayList<>();
    Map<Sequence, int[]> rows = new HashMap<>();
    for (Sequence sequence : entering) {
      List<Pixels> images = sequence.ownImages();
      int[] rowOfImage = new int[images.size()];
      for (int i = 0; i < rowOfImage.length; i++) {
        rowOfImage[i] = pixels.size() * tokensPerImage;
        pixels.add(images.get(i).chw());
      }
      rows.put(sequence, rowOfImage);
    }
    VisionTokens tokens =
        pixels.isEmpty()
            ? VisionTokens.none(model.config().language().hiddenSize())
            : meter.encoding(pixels.size(), () -> model.encodeImages(pixels));
    return new OwnImages(tokens, rows);
  }

  /** Vision tokens, and at which rows each sequence's images begin. */
  private record OwnImages(VisionTokens tokens, Map<Sequence, int[]> rowsOf) {
    int[] rows(Sequence sequence) {
      return rowsOf.get(sequence);
    }
  }

  private static Choice choice(List<Sequence> all) {
    if (all.stream().allMatch(Sequence::isGreedy)) {
      return Choice.LIKELIEST;
    }
    float[] temperature = new float[all.size()];
    float[] topP = new float[all.size()];
    float[] uniform = new float[all.size()];
    for (int i = 0; i < all.size(); i++) {
      Generation generation = all.get(i).job().generation();
      temperature[i] = (float) generation.temperature();
      topP[i] = (float) generation.topP();
      uniform[i] = all.get(i).nextUniform();
    }
    return new Choice(temperature, topP, uniform);
  }

  /** Gives every sequence its token; those that have ended leave. */
  private void take(int[] next) {
    List<Integer> freed = new ArrayList<>();
    for (int slot = 0; slot < next.length; slot++) {
      Sequence sequence = active.get(slot);
      sequence.accept(next[slot]);
      Optional<FinishReason> finish = text.finishReason(sequence);
      if (finish.isPresent()) {
        freed.add(slot);
        succeeded();
        sequence.future().complete(text.answer(sequence, finish.get()));
      }
    }
    if (!freed.isEmpty()) {
      closeGaps(freed);
    }
  }

  /** Moves the last sequences into the slots that became free before them. */
  private void closeGaps(List<Integer> freed) {
    Set<Integer> gone = new HashSet<>(freed);
    List<Integer> from = new ArrayList<>();
    List<Integer> to = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    int last = active.size() - 1;
    for (int slot : freed) {
      while (last > slot && gone.contains(last)) {
        last--;
      }
      if (last > slot) {
        from.add(last);
        to.add(slot);
        lengths.add(active.get(last).position());
        active.set(slot, active.get(last));
        last--;
      }
    }
    active.subList(active.size() - freed.size(), active.size()).clear();
    if (!from.isEmpty()) {
      model.moveSlots(ints(from), ints(to), ints(lengths));
    }
  }

  // ---- trouble ----

  private void succeeded() {
    failuresInARow = 0;
    if (usableSlots < plan.batch() && ++answersSinceRetreat >= ANSWERS_UNTIL_GROWTH) {
      usableSlots = Math.min(plan.batch(), 2 * usableSlots);
      answersSinceRetreat = 0;
      LOG.info("batch is {} again", usableSlots);
    }
  }

  /** Takes all sequences out, halves the batch, and queues them again before all others. */
  private void retreat(List<Sequence> involved, ModelException cause) {
    meter.retreat();
    involved.removeIf(sequence -> sequence.future().isDone());
    usableSlots = Math.max(1, involved.size() / 2);
    answersSinceRetreat = 0;
    active.clear();
    shape = CacheShape.NONE;
    LOG.warn(
        "{} sequence(s) go back to the queue, batch is now {}: {}",
        involved.size(),
        usableSlots,
        firstLine(cause));
    for (int i = involved.size() - 1; i >= 0; i--) {
      Sequence sequence = involved.get(i);
      if (involved.size() == 1 && sequence.attempts() >= MAX_ATTEMPTS) {
        fail(sequence, cause);
      } else {
        waiting.addFirst(sequence);
      }
    }
  }

  private void fail(Sequence sequence, ModelException cause) {
    if (++failuresInARow >= FAILURES_IN_A_ROW_THAT_BREAK) {
      waiting.addFirst(sequence);
      throw new EngineException(
          "the device failed for " + failuresInARow + " jobs in a row: " + firstLine(cause), cause);
    }
    sequence
        .future()
        .complete(new Failure(Stage.ENGINE, "ENGINE_ERROR", firstLine(cause), sequence.attempts()));
  }

  private static String firstLine(Throwable cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no message");
  }

  /** Everything that has no outcome yet leaves. */
  List<Sequence> drain() {
    List<Sequence> left = new ArrayList<>(active);
    active.clear();
    waiting.drainTo(left);
    return left;
  }
}
