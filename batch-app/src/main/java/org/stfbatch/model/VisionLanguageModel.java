package org.stfbatch.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * A vision-language model on a device, with the keys and values of what it is generating. Used by
 * one thread.
 *
 * <p>The key/value cache has a slot for each running sequence, and a prefix cache with entries for
 * prefixes that several sequences share. A call that throws {@link ModelException} leaves the
 * weights intact; the contents of the slots and entries that it was given are undefined then.
 */
public interface VisionLanguageModel extends AutoCloseable {
  /** Stands for the next token of a sequence whose logits are NaN or infinite. */
  int NOT_FINITE = -1;

  LlavaConfig config();

  /** How images are pruned inside the language model, if they are. */
  Optional<ImagePruning> pruning();

  /** What the cache takes. */
  CacheCost cacheCost();

  /**
   * Whether sequences read their prefixes in the prefix cache without a copy (cascade attention).
   * If not, prefixes are copied to slots.
   */
  boolean readsPrefixesInPlace();

  /** Bytes that the device has left. */
  long freeBytes();

  /**
   * How many vision tokens every picture becomes, whatever it shows; empty if that depends on the
   * picture.
   */
  OptionalInt tokensPerImage();

  /**
   * Pictures to vision tokens.
   *
   * @param pixels [3, S, S] uint8 each, planar, before rescaling
   */
  VisionTokens encodeImages(List<byte[]> pixels);

  /**
   * Gives the cache this shape. What slots and entries hold is kept, as far as there is still room
   * for it. After a failure the shape is undefined until a call succeeds.
   */
  void reserve(CacheShape shape);

  /**
   * Runs prefixes, or continues them, and stores them in the prefix cache. Images that are pruned
   * are run as far as that is done, and their hidden states are kept; the others go through all
   * layers.
   *
   * @param spans what is to be run, all text or all images; what comes before each span is in its
   *     entry already
   * @param entries an entry of the prefix cache for each span, no two the same
   * @param vision the tokens that the spans' vision indices point into
   */
  void fillPrefixes(List<TokenSpan> spans, int[] entries, VisionTokens vision);

  /** Copies the first {@code length} tokens of an entry, all before an image, to other entries. */
  void copyPrefix(int source, int[] targets, int length);

  /**
   * Copies the first tokens of entries to slots, {@code lengths.get(i)} of {@code entries[i]} to
   * {@code slots[i]}.
   */
  void copyPrefixesToSlots(int[] entries, int[] slots, List<CacheLength> lengths);

  /**
   * Copies the first tokens of slots to other slots, {@code lengths.get(i)} of {@code sources[i]}
   * to {@code targets[i]}.
   */
  void moveSlots(int[] sources, int[] targets, List<CacheLength> lengths);

  /** Makes a slot's keys and values zero. */
  void eraseSlot(int slot);

  /** Makes the keys and values of a prefix cache entry zero. */
  void erasePrefix(int entry);

  /**
   * Takes sequences one token further: those in slots 0 .. D-1 that are generating, and those in
   * the slots from D on whose prompts' ends are given; what comes before each span is in its slot
   * already, or in the prefix cache entry of its prefix.
   *
   * @param vision the tokens that the spans' vision indices point into
   * @return the next token of every sequence, by slot, or {@link #NOT_FINITE}
   */
  int[] step(Decoding decoding, List<TokenSpan> prompts, VisionTokens vision, Sampling sampling);

  /**
   * How likely prompts go on in given ways. Uses the slots from {@code firstSlot} on, one for each
   * prompt; what comes before each span is in its slot already, or in its prefix cache entry. The
   * slots need room for the continuations' trees, too.
   *
   * @param prompts one at least
   * @param vision the tokens that the spans' vision indices point into
   * @return for each prompt, the natural logarithm of the probability of each of its continuations:
   *     the sum over its tokens; not finite if the logits are not
   */
  List<double[]> score(int firstSlot, List<BranchingPrompt> prompts, VisionTokens vision);

  @Override
  void close();
}
