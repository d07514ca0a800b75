package org.stfbatch.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * A vision-language model with its KV cache on one device. Used by one thread.
 *
 * <p>The KV cache has a slot for each running sequence, and a prefix cache with entries for
 * prefixes that several sequences share. A call that throws {@link ModelException} leaves the
 * weights intact; the contents of the slots and entries passed to it are undefined afterwards.
 */
public interface VisionLanguageModel extends AutoCloseable {
  /** Returned as the next token of a sequence whose logits are NaN or infinite. */
  int NOT_FINITE = -1;

  LlavaConfig config();

  /** Returns how images are pruned inside the language model, if they are. */
  Optional<ImagePruning> pruning();

  /** Returns the bytes per cache position. */
  CacheCost cacheCost();

  /**
   * Returns whether sequences read their prefixes in place in the prefix cache (cascade attention).
   * If not, prefixes are copied to slots.
   */
  boolean readsPrefixesInPlace();

  /** Returns the free memory of the device, in bytes. */
  long freeBytes();

  /** Returns the number of vision tokens of every image; empty if it depends on the image. */
  OptionalInt tokensPerImage();

  /**
   * Encodes images to vision tokens.
   *
   * @param pixels [3, S, S] uint8 each, planar, before rescaling
   */
  VisionTokens encodeImages(List<byte[]> pixels);

  /**
   * LLaVA-Mini: encodes images and runs their rows through pre-fusion. An entry keeps what {@link
   * #fusePrompts} needs of an image; the memory of an entry is kept until it is used again.
   *
   * @param pixels as in {@link #encodeImages}; of an image that is seen in parts, all of these one
   *     after the other
   * @param entries numbers, from 0, of a different entry for each image
   */
  default void fuseImages(List<byte[]> pixels, int[] entries) {
    throw new UnsupportedOperationException("the model has no pre-fusion");
  }

  /**
   * LLaVA-Mini: pre-fuses prompts about images.
   *
   * @param prompts token ids, with an image marker or, if the prompt was cut before it, without
   * @param entries the entry of each prompt's image
   * @return the embeddings of each prompt's positions, with the vision tokens in place of the
   *     marker; a count for each prompt
   */
  default VisionTokens fusePrompts(List<int[]> prompts, int[] entries) {
    throw new UnsupportedOperationException("the model has no pre-fusion");
  }

  /**
   * Resizes the cache. Contents of slots and entries are kept as far as they fit. After a failure
   * the shape is undefined until a call succeeds.
   */
  void reserve(CacheShape shape);

  /**
   * Runs prefixes, or continues them, and stores them in the prefix cache. Images to be pruned run
   * through the layers before pruning, and their hidden states are kept; other spans pass all
   * layers.
   *
   * @param spans all text or all images; the tokens before each span are already in its entry
   * @param entries a different prefix cache entry for each span
   * @param vision the tokens that the spans' vision indices refer to
   */
  void fillPrefixes(List<TokenSpan> spans, int[] entries, VisionTokens vision);

  /**
   * Copies the first {@code length} tokens of an entry, all of them before an image, to other
   * entries.
   */
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

  /** Zeroes a slot's keys and values. */
  void eraseSlot(int slot);

  /** Zeroes the keys and values of a prefix cache entry. */
  void erasePrefix(int entry);

  /**
   * Runs one step: advances the decoding sequences in slots 0 .. D-1 by one token, and runs the
   * prompts' ends of entering sequences in the slots from D on. The tokens before each span are
   * already in its slot or in the prefix cache entry of its prefix.
   *
   * @param vision the tokens that the spans' vision indices refer to
   * @return the next token of every sequence, by slot, or {@link #NOT_FINITE}
   */
  int[] step(Decoding decoding, List<TokenSpan> prompts, VisionTokens vision, Sampling sampling);

  /**
   * Scores alternative continuations of prompts. Uses the slots from {@code firstSlot} on, one per
   * prompt, which must also have room for the continuations' trees. The tokens before each span are
   * already in its slot or in its prefix cache entry.
   *
   * @param prompts at least one
   * @param vision the tokens that the spans' vision indices refer to
   * @return for each prompt, the natural logarithm of the probability of each of its continuations:
   *     the sum over its tokens; not finite if the logits are not
   */
  List<double[]> score(int firstSlot, List<BranchingPrompt> prompts, VisionTokens vision);

  @Override
  void close();
}
