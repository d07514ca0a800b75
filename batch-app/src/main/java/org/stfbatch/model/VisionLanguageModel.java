package org.stfbatch.model;

import java.util.List;
import org.stfbatch.model.checkpoint.LlavaConfig;

/**
 * A vision-language model on a device, with the key/value cache of the sequences it is generating.
 * Used by one thread.
 *
 * <p>Sequences live in slots: {@link #prefill} fills slots with prompts, {@link #decode} takes the
 * first slots one token further. A call that throws {@link ModelException} leaves the weights
 * intact and the contents of the slots it was given undefined.
 */
public interface VisionLanguageModel extends AutoCloseable {
  LlavaConfig config();

  /**
   * Pictures to vision tokens.
   *
   * @param pixels [3, S, S] uint8 each, planar, before rescaling
   */
  VisionTokens encodeImages(List<byte[]> pixels);

  /** Makes room for at least so many slots and positions a slot; what the slots hold is kept. */
  void reserve(int slots, int positions);

  /**
   * Runs prompts and fills their slots. Room must have been reserved.
   *
   * @param vision the tokens that the batch's vision indices point into
   * @param withLogits whether the logits are wanted beside their argmax
   */
  NextTokens prefill(PromptBatch batch, VisionTokens vision, boolean withLogits);

  /**
   * Takes the sequences in slots 0 .. B-1 one token further.
   *
   * @param tokenIds [B] each sequence's newest token
   * @param at [B] the position at which that token stands
   * @param withLogits whether the logits are wanted beside their argmax
   */
  NextTokens decode(int[] tokenIds, int[] at, boolean withLogits);

  @Override
  void close();
}
