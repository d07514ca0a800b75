package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.stream.DoubleStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.CachedPrefix;
import org.stfbatch.model.Decoding;
import org.stfbatch.model.Sampling;
import org.stfbatch.model.TokenSpan;
import org.stfbatch.model.VisionLanguageModel;

/**
 * Continuous batching loop of one device. In each turn, waiting sequences enter free slots,
 * prefixes that are not cached are run, and one step advances the entering and the running
 * sequences by one token. Finished sequences leave, and the last ones move into their slots, so
 * that the used slots are always the first ones. Sequences with choices are scored when they enter,
 * in slots after those of the others.
 *
 * <p>If a turn throws anything (a device error, out of memory or a defect of this program), its
 * sequences are queued again and the batch and its cache are halved. Only a sequence that fails
 * alone and repeatedly ends as a failure; if several do so in a row, the engine is declared broken,
 * so that a run does not lose all its jobs. A sequence taken from the queue is in flight until it
 * has an outcome or is queued again; {@link #turn} checks that none is lost.
 *
 * <p>Used by the device thread only.
 */
final class DeviceLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceLoop.class);

  private static final int MAX_ATTEMPTS = 3;
  private static final int FAILURES_IN_A_ROW_THAT_BREAK = 3;

  /**
   * A single image can overflow a dtype; many in a row mean a damaged checkpoint or an unsuitable
   * dtype.
   */
  private static final int NUMERIC_FAILURES_IN_A_ROW_THAT_BREAK = 64;

  private static final String NUMERIC =
      "the model's logits are NaN or infinite: use another --dtype; if float32 gives the same, the checkpoint is damaged";

  /** Number of successful answers after which a halved batch is doubled again. */
  private static final int ANSWERS_UNTIL_GROWTH = 256;

  /**
   * Maximum prompt tokens of one call: enough to keep matrix kernels busy, few enough to keep
   * activations small.
   */
  static final int PROMPT_TOKENS = 2048;

  private final VisionLanguageModel model;
  private final AnswerText text;
  private final BlockingDeque<Sequence> waiting;
  private final EngineMeter meter;
  private final CachePlan plan;
  private final PrefixCache prefixCache;
  private final ImageEncoder images;
  private final PrefixStage prefixes;
  private final ChoiceStage choices;
  private final RunningSequences running;

  /**
   * Sequences taken from the queue and without an outcome, in the order in which they were taken.
   */
  private final Set<Sequence> inFlight = new LinkedHashSet<>();

  private CacheShape shape = CacheShape.NONE;
  private int usableSlots;
  private int failuresInARow;
  private int numericFailuresInARow;
  private int answersSinceReduction;

  /**
   * @param prefixReuse whether the computation before questions is shared
   */
  DeviceLoop(
      VisionLanguageModel model,
      AnswerText text,
      BlockingDeque<Sequence> waiting,
      EngineMeter meter,
      CachePlan plan,
      boolean prefixReuse) {
    this.model = model;
    this.text = text;
    this.waiting = waiting;
    this.meter = meter;
    this.plan = plan;
    this.prefixCache = new PrefixCache(model, meter);
    PromptFusion fusion = new PromptFusion(model, meter, prefixReuse);
    this.images = new ImageEncoder(model, prefixCache, inFlight, waiting, meter, fusion);
    this.prefixes = new PrefixStage(model, prefixCache, images, waiting, meter, plan.use());
    this.choices = new ChoiceStage(model, images, meter);
    this.running = new RunningSequences(model);
    this.usableSlots = plan.batch();
  }

  boolean isIdle() {
    return running.isEmpty();
  }

  /**
   * Runs one turn: admits waiting sequences, scores those with choices, then runs one step for all
   * others.
   *
   * @throws EngineException if the device fails for several jobs in a row
   */
  void turn() {
    try {
      List<Sequence> entering = admit();
      run(only(GeneratedSequence.class, entering), only(ScoredSequence.class, entering));
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      reduceBatch(TurnFailure.of(e));
    }
    if (inFlight.size() != running.count()) {
      throw new IllegalStateException(
          inFlight.size() + " sequences are in flight, " + running.count() + " of them in slots");
    }
  }

  private void run(List<GeneratedSequence> generated, List<ScoredSequence> scored) {
    if (generated.isEmpty() && scored.isEmpty() && running.isEmpty()) {
      return;
    }
    List<Sequence> bySlot = new ArrayList<>(generated);
    bySlot.addAll(scored);
    prefixes.prepare(bySlot, running.count(), shape);
    score(scored, running.count() + generated.size());
    generate(generated);
  }

  private static <T extends Sequence> List<T> only(Class<T> kind, List<Sequence> sequences) {
    return sequences.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  // ---- admission ----

  /**
   * Takes waiting sequences for the free slots, up to the token limit of a call and the memory of
   * the cache.
   */
  private List<Sequence> admit() {
    List<Sequence> entering = new ArrayList<>();
    Set<Prefix> prefixes = prefixCache.pinned();
    int tokens = 0;
    while (running.count() + entering.size() < usableSlots) {
      Sequence next = waiting.peek();
      if (next == null) {
        break;
      }
      if (!next.isLaidOut()) {
        encode(next);
      }
      if (next.refusal().isPresent()) {
        waiting.remove();
        end(next, next.refusal().get());
        continue;
      }
      if (!entering.isEmpty() && tokens + next.enteringTokens() > PROMPT_TOKENS) {
        break;
      }
      CacheShape wanted = shapeFor(next, entering.size());
      if (wanted.slots() <= running.count() + entering.size()
          || (prefixCache.hasPinned() && wanted.prefixes() < shape.prefixes())) {
        break;
      }
      next.prefix().ifPresent(prefixes::add);
      if (prefixes.size() > prefixCache.capacity(wanted)) {
        break;
      }
      take(next);
      entering.add(next);
      reshape(wanted);
      tokens += next.enteringTokens();
    }
    return entering;
  }

  /**
   * Encodes the images of the first waiting sequence, which is in flight meanwhile because that
   * call may fail.
   */
  private void encode(Sequence first) {
    take(first);
    images.layOut(first);
    waiting.addFirst(first);
    inFlight.remove(first);
  }

  /** Only the device thread removes sequences from the queue, so the first one has not changed. */
  private void take(Sequence first) {
    inFlight.add(first);
    waiting.remove();
    first.begin();
  }

  /** Returns the cache's shape for one more sequence, if it can have enough slots. */
  private CacheShape shapeFor(Sequence next, int entering) {
    CachePlan reduced = plan.reducedTo(usableSlots);
    CacheNeed need = next.need();
    CacheNeed present = CacheNeed.of(shape);
    CacheShape wanted = reduced.shape(need.max(present));
    if (running.isEmpty() && entering == 0) {
      // No running sequence needs the longer slots of earlier sequences; shorter slots can be more.
      CacheShape shorter = reduced.shape(need.withPrefixOf(present));
      wanted = shorter.slots() > wanted.slots() ? shorter : wanted;
    }
    return wanted;
  }

  /** Reshapes the cache. Entering sequences have not written to their slots yet. */
  private void reshape(CacheShape wanted) {
    if (wanted.equals(shape)) {
      return;
    }
    CacheShape before = shape;
    shape = CacheShape.NONE;
    if (before.equals(CacheShape.NONE)) {
      // After a failure the old cache may still be allocated, with memory that the new one needs.
      model.reserve(CacheShape.NONE);
    }
    model.reserve(wanted);
    if (prefixCache.hasPinned()) {
      prefixCache.grow(wanted.prefixes());
    } else if (wanted.prefixes() != before.prefixes()
        || !wanted.prefix().equals(before.prefix())
        || wanted.imageTokens() != before.imageTokens()) {
      prefixCache.clear(wanted.prefixes());
    }
    shape = wanted;
  }

  // ---- the step ----

  /** Scores entering sequences with choices; they end at once. */
  private void score(List<ScoredSequence> entering, int firstSlot) {
    if (entering.isEmpty()) {
      return;
    }
    List<double[]> scores = choices.scores(entering, firstSlot);
    for (int i = 0; i < entering.size(); i++) {
      ScoredSequence sequence = entering.get(i);
      if (isFinite(scores.get(i))) {
        succeed(sequence, sequence.answer(scores.get(i)));
      } else {
        failNumerically(sequence, firstSlot + i);
      }
    }
  }

  private static boolean isFinite(double[] numbers) {
    return DoubleStream.of(numbers).allMatch(Double::isFinite);
  }

  private void generate(List<GeneratedSequence> entering) {
    if (!entering.isEmpty() || !running.isEmpty()) {
      int[] next = step(entering);
      running.add(entering);
      append(next);
    }
  }

  private int[] step(List<GeneratedSequence> entering) {
    OwnImages own = OwnImages.of(entering, images);
    List<TokenSpan> prompts = entering.stream().map(s -> s.ownSpan(own.firstRow(s))).toList();
    Decoding decoding = running.decoding();
    Sampling sampling = running.sampling(entering);
    return meter.step(
        decoding.count(), prompts, () -> model.step(decoding, prompts, own.tokens(), sampling));
  }

  /** Appends each sequence's next token and removes finished sequences. */
  private void append(int[] next) {
    List<Integer> freed = new ArrayList<>();
    for (int slot = 0; slot < next.length; slot++) {
      GeneratedSequence sequence = running.all().get(slot);
      if (next[slot] == VisionLanguageModel.NOT_FINITE) {
        freed.add(slot);
        failNumerically(sequence, slot);
        continue;
      }
      sequence.accept(next[slot]);
      Optional<FinishReason> finish = text.finishReason(sequence);
      if (finish.isPresent()) {
        freed.add(slot);
        succeed(sequence, text.answer(sequence, finish.get()));
      }
    }
    if (!freed.isEmpty()) {
      running.remove(freed);
    }
  }

  // ---- outcomes ----

  private void succeed(Sequence sequence, Answer answer) {
    failuresInARow = 0;
    numericFailuresInARow = 0;
    if (usableSlots < plan.batch() && ++answersSinceReduction >= ANSWERS_UNTIL_GROWTH) {
      usableSlots = Math.min(plan.batch(), 2 * usableSlots);
      answersSinceReduction = 0;
      LOG.info("batch is {} again", usableSlots);
    }
    end(sequence, answer);
  }

  /**
   * Fails a sequence with non-finite numbers and zeroes its cache. Attention multiplies masked
   * positions by zero, which would turn them into NaN for the next sequence.
   */
  private void failNumerically(Sequence sequence, int slot) {
    if (++numericFailuresInARow >= NUMERIC_FAILURES_IN_A_ROW_THAT_BREAK) {
      throw new EngineException(
          "%d jobs in a row: %s".formatted(numericFailuresInARow, NUMERIC), null);
    }
    model.eraseSlot(slot);
    sequence.prefix().ifPresent(prefixCache::erase);
    end(sequence, new Failure(Stage.ENGINE, "ENGINE_NUMERIC", NUMERIC, sequence.attempts()));
  }

  private void end(Sequence sequence, Outcome outcome) {
    sequence.future().complete(outcome);
    inFlight.remove(sequence);
    if (!sequence.cachedPrefix().equals(CachedPrefix.NONE)) {
      prefixCache.unpin(sequence.cachedPrefix().entry());
    }
  }

  // ---- failure ----

  /**
   * Queues all sequences again before all others and halves the batch. The contents of slots and
   * prefix cache are undefined after a failure, so the cache is allocated again.
   */
  private void reduceBatch(TurnFailure failure) {
    List<Sequence> involved = new ArrayList<>(inFlight);
    // Without a cache, its allocation failed: that was for all usable slots.
    int failed = shape.equals(CacheShape.NONE) ? usableSlots : involved.size();
    meter.batchReduced();
    running.clear();
    involved.forEach(Sequence::clearPrefixEntry);
    prefixCache.clear(0);
    shape = CacheShape.NONE;
    usableSlots = Math.max(1, failed / 2);
    answersSinceReduction = 0;
    failure.log(
        LOG, involved.size() + " sequence(s) go back to the queue, batch is now " + usableSlots);
    if (involved.isEmpty()) {
      countFailure(failure);
    }
    for (int i = involved.size() - 1; i >= 0; i--) {
      Sequence sequence = involved.get(i);
      if (failed <= 1 && sequence.attempts() >= MAX_ATTEMPTS) {
        fail(sequence, failure);
      } else {
        queueAgain(sequence);
      }
    }
  }

  private void queueAgain(Sequence sequence) {
    sequence.countFailedAttempt();
    images.clearLayout(sequence);
    waiting.addFirst(sequence);
    inFlight.remove(sequence);
    meter.retry();
  }

  private void fail(Sequence sequence, TurnFailure failure) {
    countFailure(failure);
    end(
        sequence,
        new Failure(Stage.ENGINE, "ENGINE_ERROR", failure.message(), sequence.attempts()));
  }

  private void countFailure(TurnFailure failure) {
    if (++failuresInARow >= FAILURES_IN_A_ROW_THAT_BREAK) {
      throw new EngineException(
          "the device failed for " + failuresInARow + " jobs in a row: " + failure.message(),
          failure.cause());
    }
  }
}
