package org.stfbatch.db;

import java.util.Optional;

/**
 * An image job as stored.
 *
 * @param jobId unique; increases in ingest order
 * @param runId the run it belongs to
 * @param customId unique in the run
 * @param imageKey equal for jobs with the same image reference; empty for text-only prompts
 * @param imageRoot folder of relative image references; empty if the job's source has none
 * @param prompt question and image
 * @param settings generation settings
 * @param fromOutside whether its image reference is untrusted, because the job came from Kafka or
 *     from a trigger and not from this machine's user
 * @param shard the image's bytes in a shard; empty if it is not in one
 */
public record StoredJob(
    long jobId,
    long runId,
    String customId,
    String imageKey,
    Optional<String> imageRoot,
    ImagePrompt prompt,
    JobSettings settings,
    boolean fromOutside,
    Optional<ShardRange> shard) {

  /** A job whose image is not in a shard. */
  public StoredJob(
      long jobId,
      long runId,
      String customId,
      String imageKey,
      Optional<String> imageRoot,
      ImagePrompt prompt,
      JobSettings settings,
      boolean fromOutside) {
    this(
        jobId,
        runId,
        customId,
        imageKey,
        imageRoot,
        prompt,
        settings,
        fromOutside,
        Optional.empty());
  }

  /** A job of this machine's user. */
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

  /** Returns the job's position in the order in which jobs are answered. */
  public JobPosition position() {
    return new JobPosition(imageKey, jobId);
  }
}
