package org.stfbatch.job.infer;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Set;
import org.stfbatch.base.Digests;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.ReuseKey;
import org.stfbatch.engine.Generation;
import org.stfbatch.engine.Task;

/**
 * Computes the {@link ReuseKey} of prepared jobs: SHA-256 over the {@link RecordEncoding} of
 * everything that an answer depends on. Thread safe.
 *
 * <p>The token ids cover the conversation template, the system prompt and the question; the model's
 * fingerprint covers its weights, its configuration and its tokenizer.
 */
final class ReuseKeys {
  /** Changes whenever equal records no longer mean equal answers. */
  private static final int VERSION = 1;

  /** Components of {@link Generation} that greedy decoding does not use. */
  private static final Set<String> SAMPLING_ONLY = Set.of("topP", "seed");

  private final Answering answering;

  /**
   * What the answers of a process have in common.
   *
   * @param model checkpoint, compression strategy and weight format
   * @param dtype of weights and activations
   * @param truncates whether prompts that are too long are truncated
   */
  record Answering(ModelIdentity model, String dtype, boolean truncates) {}

  private record Content(int version, Answering answering, int[] promptIds, List<byte[]> images) {}

  ReuseKeys(Answering answering) {
    this.answering = answering;
  }

  /**
   * Returns the key of a job.
   *
   * @param promptIds the tokens of its prompt
   * @param images SHA-256 of the bytes of each image file, in their order
   */
  ReuseKey of(int[] promptIds, List<byte[]> images, Task task) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    RecordEncoding encoding = new RecordEncoding(bytes);
    encoding.write(new Content(VERSION, answering, promptIds, images), Set.of());
    encoding.write((Record) task, unused(task));
    return ReuseKey.of(Digests.sha256().digest(bytes.toByteArray()));
  }

  private static Set<String> unused(Task task) {
    return task instanceof Generation generation && generation.isGreedy()
        ? SAMPLING_ONLY
        : Set.of();
  }
}
