package org.stfbatch.db;

import java.util.Optional;

/**
 * An image job as stored.
 *
 * @param jobId unique; grows in ingest order
 * @param runId the run it belongs to
 * @param customId its name in the run
 * @param imageKey equal for jobs of one image reference; empty for text-only prompts
 * @param imageRoot the folder below which a relative image reference is; empty if the job's source
 *     has none
 * @param prompt what is asked
 * @param settings how to generate
 * @param fromOutside whether somebody else than this machine's user named its image: the job came
 *     by Kafka, or by a trigger
 */
public record StoredJob(
    long jobId,
    long runId,
    String customId,
    String imageKey,
    Optional<String> imageRoot,
    ImagePrompt prompt,
    JobSettings settings,
    boolean fromOutside) {

  /** One of this machine's user. */
  public StoredJob(
      long jobId,
      long runId,
      String customId,
      String imageKey,
      Optional<String> imageRoot,
      ImagePrompt prompt,
      JobSettings settings) {
    this(jobId, runId, customId, imageKey, imageRoot, prompt, settings, false);
  }

  /** The job's place in the order in which jobs are answered. */
  public JobPosition position() {
    return new JobPosition(imageKey, jobId);
  }
}
