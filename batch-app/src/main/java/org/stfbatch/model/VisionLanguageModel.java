package org.stfbatch.model;

import java.util.List;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * A vision-language model on a device, with the keys and values of what it is generating. Used by
 * one thread.
 *
 * <p>Sequences live in slots, prefixes that several sequences begin with on shelves. A call that
 * throws {@link ModelException} leaves the weights intact and the contents of the slots and shelves
 * it was given undefined.
 */
public interface VisionLanguageModel extends AutoCloseable {
  LlavaConfig config();

  /** Bytes that one position of a slot or shelf takes. */
  long bytesPerPosition();

  /** Bytes that the device has left. */
  long freeBytes();

  /**
   * Pictures to vision tokens.
   *
   * @param pixels [3, S, S] uint8 each, planar, before rescaling
   */
  VisionTokens encodeImages(List<byte[]> pixels);

  /**
   * Gives the cache this shape. What slots and shelves hold is kept, as far as there is still room
   * for it.
   */
  void reserve(CacheShape shape);

  /**
   * Runs prefixes, or continues them, and keeps them on shelves.
   *
   * @param spans what is to be run; what comes before each span is on its shelf already
   * @param shelves a shelf for each span, no two the same
   * @param vision the tokens that the spans' vision indices point into
   */
  void fillShelves(List<TokenSpan> spans, int[] shelves, VisionTokens vision);

  /** Copies the first {@code length} positions of a shelf to others. */
  void copyShelf(int source, int[] targets, int length);

  /**
   * Copies the first positions of shelves to slots, {@code lengths[i]} of {@code shelves[i]} to
   * {@code slots[i]}.
   */
  void takeFromShelves(int[] shelves, int[] slots, int[] lengths);

  /**
   * Copies the first positions of slots to others, {@code lengths[i]} of {@code sources[i]} to
   * {@code targets[i]}.
   */
  void moveSlots(int[] sources, int[] targets, int[] lengths);

  /**
   * Takes sequences one token further: those in slots 0 .. D-1 that are generating, and those in
   * the slots from D on whose prompts' ends are given; what comes before each span is in its slot
   * already.
   *
   * @param vision the tokens that the spans' vision indices point into
   * @return the next token of every sequence, by slot
   */
  int[] step(Decoding decoding, List<TokenSpan> prompts, VisionTokens vision, Choice choice);

  /**
   * How likely prompts go on in given ways. Uses the slots from {@code firstSlot} on, one for each
   * prompt; what comes before each span is in its slot already. The slots need room for the
   * continuations' trees, too.
   *
   * @param prompts one at least
   * @param vision the tokens that the spans' vision indices point into
   * @return for each prompt, the natural logarithm of the probability of each of its continuations:
   *     the sum over its tokens
   */
  List<double[]> score(int firstSlot, List<BranchingPrompt> prompts, VisionTokens vision);

  @Override
  void close();
}
