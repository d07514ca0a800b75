package org.stfbatch.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.ModelException;
import org.stfbatch.model.NextTokens;
import org.stfbatch.model.PromptBatch;
import org.stfbatch.model.VisionLanguageModel;
import org.stfbatch.model.VisionTokens;

/**
 * What the device thread does: waiting sequences enter free slots together (encode, prefill), then
 * all sequences in slots go one token further, and those that have ended leave.
 *
 * <p>A sequence whose batch failed is tried again in a batch half as large; only when it fails
 * alone and repeatedly does it end as a failure, and when several do so in a row the engine is
 * called broken instead of failing every job of a run.
 */
final class DeviceLoop {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceLoop.class);

  private static final int MAX_ATTEMPTS = 3;
  private static final int FAILURES_IN_A_ROW_THAT_BREAK = 3;

  /** After so many answers without trouble a halved batch is doubled again. */
  private static final int ANSWERS_UNTIL_GROWTH = 256;

  private final VisionLanguageModel model;
  private final AnswerWriter writer;
  private final BlockingDeque<Sequence> waiting;
  private final int tokensPerImage;
  private final Sequence[] slots;
  private int usableSlots;
  private int failuresInARow;
  private int answersSinceRetreat;

  DeviceLoop(
      VisionLanguageModel model, AnswerWriter writer, BlockingDeque<Sequence> waiting, int batch) {
    this.model = model;
    this.writer = writer;
    this.waiting = waiting;
    this.tokensPerImage = model.config().visionTokens();
    this.slots = new Sequence[batch];
    this.usableSlots = batch;
  }

  boolean isIdle() {
    return Arrays.stream(slots).allMatch(Objects::isNull);
  }

  /** One round: admit what waits, then one step for all that run. */
  void turn() {
    List<Integer> admitted = admit();
    if (!admitted.isEmpty()) {
      attempt(admitted, () -> prefill(admitted));
    }
    if (!isIdle()) {
      attempt(occupied(), this::decode);
    }
  }

  /** Puts waiting sequences into free slots, the lowest first; returns those slots. */
  private List<Integer> admit() {
    List<Integer> admitted = new ArrayList<>();
    for (int slot = 0; slot < usableSlots; slot++) {
      if (slots[slot] == null) {
        Sequence next = waiting.poll();
        if (next == null) {
          break;
        }
        next.begin();
        slots[slot] = next;
        admitted.add(slot);
      }
    }
    return admitted;
  }

  private List<Integer> occupied() {
    List<Integer> occupied = new ArrayList<>();
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] != null) {
        occupied.add(slot);
      }
    }
    return occupied;
  }

  private void prefill(List<Integer> admitted) {
    int room = admitted.stream().mapToInt(slot -> slots[slot].room()).max().orElseThrow();
    model.reserve(admitted.get(admitted.size() - 1) + 1, room);
    EncodedImages images = encode(admitted);
    List<PromptBatch.Row> rows = new ArrayList<>();
    for (int slot : admitted) {
      rows.add(slots[slot].row(slot, images.offsets(slots[slot]), tokensPerImage));
    }
    NextTokens next = model.prefill(new PromptBatch(rows), images.tokens(), !allGreedy(admitted));
    for (int row = 0; row < admitted.size(); row++) {
      take(admitted.get(row), next, row);
    }
  }

  /** Encodes the images of the admitted sequences, each distinct one once. */
  private EncodedImages encode(List<Integer> admitted) {
    Map<String, Integer> offsets = new LinkedHashMap<>();
    List<byte[]> pixels = new ArrayList<>();
    for (int slot : admitted) {
      if (slots[slot].usesImages()) {
        for (Pixels image : slots[slot].job().images()) {
          if (offsets.putIfAbsent(image.contentHash(), pixels.size() * tokensPerImage) == null) {
            pixels.add(image.chw());
          }
        }
      }
    }
    VisionTokens tokens =
        pixels.isEmpty()
            ? VisionTokens.none(model.config().language().hiddenSize())
            : model.encodeImages(pixels);
    return new EncodedImages(tokens, offsets);
  }

  /** Vision tokens of several images, and at which row each image's begin, by content hash. */
  private record EncodedImages(VisionTokens tokens, Map<String, Integer> rowByHash) {
    int[] offsets(Sequence sequence) {
      return sequence.usesImages()
          ? sequence.job().images().stream().mapToInt(i -> rowByHash.get(i.contentHash())).toArray()
          : new int[0];
    }
  }

  /**
   * Rows of slots that are free are computed along: they cost little, and the slots stay where they
   * are.
   */
  private void decode() {
    List<Integer> occupied = occupied();
    int rows = occupied.get(occupied.size() - 1) + 1;
    int[] tokenIds = new int[rows];
    int[] positions = new int[rows];
    for (int slot : occupied) {
      tokenIds[slot] = slots[slot].newestToken();
      positions[slot] = slots[slot].position();
    }
    NextTokens next = model.decode(tokenIds, positions, !allGreedy(occupied));
    for (int slot : occupied) {
      take(slot, next, slot);
    }
  }

  private boolean allGreedy(List<Integer> occupied) {
    return occupied.stream().allMatch(slot -> slots[slot].isGreedy());
  }

  private void take(int slot, NextTokens next, int row) {
    Sequence sequence = slots[slot];
    sequence.accept(sequence.isGreedy() ? next.argmax()[row] : sequence.sample(next.logits(row)));
    Optional<FinishReason> finish = writer.finishReason(sequence);
    if (finish.isPresent()) {
      slots[slot] = null;
      succeeded();
      sequence.future().complete(writer.answer(sequence, finish.get()));
    }
  }

  private void succeeded() {
    failuresInARow = 0;
    if (usableSlots < slots.length && ++answersSinceRetreat >= ANSWERS_UNTIL_GROWTH) {
      usableSlots = Math.min(slots.length, 2 * usableSlots);
      answersSinceRetreat = 0;
      LOG.info("batch is {} again", usableSlots);
    }
  }

  private void attempt(List<Integer> involved, Runnable call) {
    try {
      call.run();
    } catch (ModelException e) {
      retreat(involved, e);
    }
  }

  /**
   * Takes the sequences of a failed call out, halves the batch, and queues them again before all
   * others.
   */
  private void retreat(List<Integer> involved, ModelException cause) {
    usableSlots = Math.max(1, involved.size() / 2);
    answersSinceRetreat = 0;
    LOG.warn(
        "{} sequence(s) go back to the queue, batch is now {}: {}",
        involved.size(),
        usableSlots,
        firstLine(cause));
    involved.stream()
        .sorted(Comparator.reverseOrder())
        .forEach(
            slot -> {
              Sequence sequence = slots[slot];
              slots[slot] = null;
              if (involved.size() == 1 && sequence.attempts() >= MAX_ATTEMPTS) {
                fail(sequence, cause);
              } else {
                waiting.addFirst(sequence);
              }
            });
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

  /** Everything that has no outcome yet leaves its slot. */
  List<Sequence> drain() {
    List<Sequence> left = new ArrayList<>();
    for (int slot : occupied()) {
      left.add(slots[slot]);
      slots[slot] = null;
    }
    waiting.drainTo(left);
    return left;
  }
}
