package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.Choice;
import org.stfbatch.model.Decoding;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionLanguageModel;

/**
 * What the device thread does, turn by turn: waiting sequences enter free slots, prefixes that they
 * miss are run, and one step takes the entering and the generating sequences together one token
 * further. Those that have ended leave, and the last ones move into their slots, so that the slots
 * in use are always the first ones. Sequences that only choose are answered as they enter, behind
 * the slots of the others.
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
  static final int PROMPT_TOKENS = 2048;

  private final VisionLanguageModel model;
  private final AnswerText text;
  private final BlockingDeque<Sequence> waiting;
  private final EngineMeter meter;
  private final CachePlan plan;
  private final PrefixShelves shelves;
  private final PrefixStage prefixes;
  private final ChoiceStage choices;
  private final RunningSequences running;
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
    this.prefixes = new PrefixStage(model, shelves, waiting, meter);
    this.choices = new ChoiceStage(model, meter);
    this.running = new RunningSequences(model);
    this.usableSlots = plan.batch();
  }

  boolean isIdle() {
    return running.isEmpty();
  }

  /** One round: admit what waits, answer those that choose, then one step for all others. */
  void turn() {
    List<Sequence> entering = admit();
    List<Sequence> involved = new ArrayList<>(running.all());
    involved.addAll(entering);
    if (involved.isEmpty()) {
      return;
    }
    try {
      proceed(only(GeneratedSequence.class, entering), only(ScoredSequence.class, entering));
    } catch (ModelException e) {
      retreat(involved, e);
    }
  }

  private void proceed(List<GeneratedSequence> generated, List<ScoredSequence> scored) {
    List<Sequence> bySlot = new ArrayList<>(generated);
    bySlot.addAll(scored);
    prefixes.prepare(bySlot, running.count(), shape.shelfPositions());
    score(scored, running.count() + generated.size());
    generate(generated);
  }

  private static <T extends Sequence> List<T> only(Class<T> kind, List<Sequence> sequences) {
    return sequences.stream().filter(kind::isInstance).map(kind::cast).toList();
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
    while (running.count() + entering.size() < usableSlots) {
      Sequence next = waiting.peek();
      if (next == null || !entering.isEmpty() && tokens + next.enteringTokens() > PROMPT_TOKENS) {
        break;
      }
      if (!makeRoom(next, entering.size()) || !fitsShelves(next, prefixes)) {
        break;
      }
      waiting.remove(next);
      next.begin();
      entering.add(next);
      tokens += next.enteringTokens();
    }
    return entering;
  }

  /** Whether one more sequence fits into the cache, which is reshaped for it if need be. */
  private boolean makeRoom(Sequence next, int entering) {
    int shelfPositions = Math.max(shape.shelfPositions(), next.prefixLength());
    CacheShape wanted = plan.shape(Math.max(shape.slotPositions(), next.room()), shelfPositions);
    if (running.isEmpty() && entering == 0) {
      // Nothing needs the long slots that an earlier sequence made: shorter ones may be more.
      CacheShape shorter = plan.shape(next.room(), shelfPositions);
      wanted = shorter.slots() > wanted.slots() ? shorter : wanted;
    }
    if (wanted.slots() <= running.count() + entering) {
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

  // ---- the step ----

  /** Those that choose have their answers at once, and leave. */
  private void score(List<ScoredSequence> entering, int firstSlot) {
    if (entering.isEmpty()) {
      return;
    }
    List<Outcome> outcomes = choices.outcomes(entering, firstSlot);
    for (int i = 0; i < outcomes.size(); i++) {
      succeeded();
      entering.get(i).future().complete(outcomes.get(i));
    }
  }

  private void generate(List<GeneratedSequence> entering) {
    if (!entering.isEmpty() || !running.isEmpty()) {
      int[] next = step(entering);
      running.add(entering);
      take(next);
    }
  }

  private int[] step(List<GeneratedSequence> entering) {
    OwnImages images = OwnImages.encode(entering, model, meter);
    List<TokenSpan> prompts = entering.stream().map(s -> s.ownSpan(images.rows(s))).toList();
    Decoding decoding = running.decoding();
    Choice choice = running.choice(entering);
    return meter.step(
        decoding.count(), prompts, () -> model.step(decoding, prompts, images.tokens(), choice));
  }

  /** Gives every sequence its token; those that have ended leave. */
  private void take(int[] next) {
    List<Integer> freed = new ArrayList<>();
    for (int slot = 0; slot < next.length; slot++) {
      GeneratedSequence sequence = running.all().get(slot);
      sequence.accept(next[slot]);
      Optional<FinishReason> finish = text.finishReason(sequence);
      if (finish.isPresent()) {
        freed.add(slot);
        succeeded();
        sequence.future().complete(text.answer(sequence, finish.get()));
      }
    }
    if (!freed.isEmpty()) {
      running.remove(freed);
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
    running.clear();
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
        meter.retry();
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
    List<Sequence> left = new ArrayList<>(running.all());
    running.clear();
    waiting.drainTo(left);
    return left;
  }
}
