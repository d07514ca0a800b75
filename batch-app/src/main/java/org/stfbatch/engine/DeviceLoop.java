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
 * Continuous batching loop of one device. Turn by turn, waiting sequences enter free slots,
 * prefixes that they miss are run, and one step takes the entering and the generating sequences
 * together one token further. Those that have ended leave, and the last ones move into their slots,
 * so that the slots in use are always the first ones. Sequences that only choose are answered as
 * they enter, behind the slots of the others.
 *
 * <p>Whatever a turn throws, be it the device's failure, a lack of memory or a fault of this
 * program, its sequences are queued again and the batch and its cache are halved. Only a sequence
 * that fails alone and repeatedly ends as a failure, and when several do so in a row the engine is
 * called broken instead of failing every job of a run. A sequence that was taken from the queue is
 * in flight until it has an outcome or is queued again; {@link #turn} checks that none is lost.
 *
 * <p>Used by the device thread only.
 */
final class DeviceLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceLoop.class);

  private static final int MAX_ATTEMPTS = 3;
  private static final int FAILURES_IN_A_ROW_THAT_BREAK = 3;

  /** One image's numbers may leave the range of a dtype; those of all images in a row do not. */
  private static final int NUMERIC_FAILURES_IN_A_ROW_THAT_BREAK = 64;

  private static final String NUMERIC =
      "the model's logits are NaN or infinite: use another --dtype; if float32 gives the same, the checkpoint is damaged";

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
  private final PrefixCache prefixCache;
  private final ImageEncoder images;
  private final PrefixStage prefixes;
  private final ChoiceStage choices;
  private final RunningSequences running;

  /** Taken from the queue and without an outcome, in the order in which they were taken. */
  private final Set<Sequence> inFlight = new LinkedHashSet<>();

  private CacheShape shape = CacheShape.NONE;
  private int usableSlots;
  private int failuresInARow;
  private int numericFailuresInARow;
  private int answersSinceReduction;

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
    this.prefixCache = new PrefixCache(model, meter);
    this.images = new ImageEncoder(model, prefixCache, inFlight, waiting, meter);
    this.prefixes = new PrefixStage(model, prefixCache, images, waiting, meter, plan.use());
    this.choices = new ChoiceStage(model, images, meter);
    this.running = new RunningSequences(model);
    this.usableSlots = plan.batch();
  }

  boolean isIdle() {
    return running.isEmpty();
  }

  /**
   * One round: admit what waits, answer those that choose, then one step for all others.
   *
   * @throws EngineException if the device fails for one job after the other
   */
  void turn() {
    try {
      List<Sequence> entering = admit();
      proceed(only(GeneratedSequence.class, entering), only(ScoredSequence.class, entering));
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      reduceBatch(Trouble.of(e));
    }
    if (inFlight.size() != running.count()) {
      throw new IllegalStateException(
          inFlight.size() + " sequences are in flight, " + running.count() + " of them in slots");
    }
  }

  private void proceed(List<GeneratedSequence> generated, List<ScoredSequence> scored) {
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
   * Takes waiting sequences for the free slots, as many as one call runs well and the cache has
   * room for.
   */
  private List<Sequence> admit() {
    List<Sequence> entering = new ArrayList<>();
    Set<Prefix> prefixes = prefixCache.beingRead();
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
          || (prefixCache.isRead() && wanted.prefixes() < shape.prefixes())) {
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

  /** The first waiting sequence is in flight meanwhile: the call for its images may fail. */
  private void encode(Sequence first) {
    take(first);
    images.layOut(first);
    waiting.addFirst(first);
    inFlight.remove(first);
  }

  /** Only the device thread takes sequences out of the queue, so the first one is still this. */
  private void take(Sequence first) {
    inFlight.add(first);
    waiting.remove();
    first.begin();
  }

  /** The cache's shape with room for one more sequence, if it has enough slots. */
  private CacheShape shapeFor(Sequence next, int entering) {
    CachePlan reduced = plan.reducedTo(usableSlots);
    CacheNeed need = next.need();
    CacheNeed present = CacheNeed.of(shape);
    CacheShape wanted = reduced.shape(need.max(present));
    if (running.isEmpty() && entering == 0) {
      // Nothing needs the long slots that an earlier sequence made: shorter ones may be more.
      CacheShape shorter = reduced.shape(need.withPrefixOf(present));
      wanted = shorter.slots() > wanted.slots() ? shorter : wanted;
    }
    return wanted;
  }

  /** Entering sequences have not put anything into their slots yet. */
  private void reshape(CacheShape wanted) {
    if (wanted.equals(shape)) {
      return;
    }
    CacheShape before = shape;
    shape = CacheShape.NONE;
    if (before.equals(CacheShape.NONE)) {
      // After a failure the old cache may still be there, with room that the new one needs.
      model.reserve(CacheShape.NONE);
    }
    model.reserve(wanted);
    if (prefixCache.isRead()) {
      prefixCache.grow(wanted.prefixes());
    } else if (wanted.prefixes() != before.prefixes()
        || !wanted.prefix().equals(before.prefix())
        || wanted.imageTokens() != before.imageTokens()) {
      prefixCache.clear(wanted.prefixes());
    }
    shape = wanted;
  }

  // ---- the step ----

  /** Those that choose have their answers at once, and leave. */
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
      take(next);
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

  /** Gives every sequence its token; those that have ended leave. */
  private void take(int[] next) {
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
   * What is not finite must not stay in the cache: attention multiplies what it does not see by
   * zero, which makes NaN of it for the next sequence.
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
      prefixCache.release(sequence.cachedPrefix().entry());
    }
  }

  // ---- trouble ----

  /**
   * Takes all sequences out, halves the batch, and queues them again before all others. What the
   * slots and the prefix cache hold is undefined now, so the cache is allocated again.
   */
  private void reduceBatch(Trouble trouble) {
    List<Sequence> involved = new ArrayList<>(inFlight);
    // Without a cache, making it failed: it was to have room for all usable slots.
    int failed = shape.equals(CacheShape.NONE) ? usableSlots : involved.size();
    meter.batchReduced();
    running.clear();
    involved.forEach(Sequence::leavePrefix);
    prefixCache.clear(0);
    shape = CacheShape.NONE;
    usableSlots = Math.max(1, failed / 2);
    answersSinceReduction = 0;
    trouble.log(
        LOG, involved.size() + " sequence(s) go back to the queue, batch is now " + usableSlots);
    if (involved.isEmpty()) {
      countFailure(trouble);
    }
    for (int i = involved.size() - 1; i >= 0; i--) {
      Sequence sequence = involved.get(i);
      if (failed <= 1 && sequence.attempts() >= MAX_ATTEMPTS) {
        fail(sequence, trouble);
      } else {
        queueAgain(sequence);
      }
    }
  }

  private void queueAgain(Sequence sequence) {
    sequence.attemptFailed();
    images.forget(sequence);
    waiting.addFirst(sequence);
    inFlight.remove(sequence);
    meter.retry();
  }

  private void fail(Sequence sequence, Trouble trouble) {
    countFailure(trouble);
    end(
        sequence,
        new Failure(Stage.ENGINE, "ENGINE_ERROR", trouble.message(), sequence.attempts()));
  }

  private void countFailure(Trouble trouble) {
    if (++failuresInARow >= FAILURES_IN_A_ROW_THAT_BREAK) {
      throw new EngineException(
          "the device failed for " + failuresInARow + " jobs in a row: " + trouble.message(),
          trouble.cause());
    }
  }
}
