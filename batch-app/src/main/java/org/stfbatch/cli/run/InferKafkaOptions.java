package org.stfbatch.cli.run;

import org.stfbatch.job.intake.IntakeSettings;
import org.stfbatch.job.intake.TopicStart;
import org.stfbatch.job.publish.PublishSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of infer for reading from and publishing to Kafka. */
final class InferKafkaOptions {
  @Option(
      names = "--source",
      defaultValue = "run",
      paramLabel = "SOURCE",
      description =
          "run (the waiting jobs of the run) or kafka (first add the messages of --topic to the run). Default: ${DEFAULT-VALUE}")
  private Source source;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description =
          "The topic of --source kafka. With --follow, it is read while jobs are answered.")
  private String topic;

  @Option(
      names = "--publish-to",
      paramLabel = "TOPIC",
      description =
          "Publish answers and failures to this topic, each exactly once, as publish does.")
  private String publishTo;

  @Mixin private TopicOptions intake;

  @Option(
      names = "--max-jobs",
      paramLabel = "N",
      description = "With --source kafka, read at most N messages.")
  private Long maxJobs;

  /** The source of jobs. */
  enum Source {
    RUN,
    KAFKA
  }

  /**
   * @param limit limit on jobs; null for none
   * @throws IllegalArgumentException naming options that exclude each other
   */
  void check(Long limit, boolean isShared) {
    require(isSource() == (topic != null), "--source kafka and --topic go together");
    require(isSource() || !intake.isFollowing(), "--follow needs --source kafka");
    require(
        isSource() || !intake.isBounded() && maxJobs == null,
        "--until-end, --idle and --max-jobs need --source kafka");
    require(!intake.isFollowing() || limit == null, "--follow has no --limit");
    require(
        !isShared || intake.from() == TopicStart.STORED && maxJobs == null,
        "--from and --max-jobs are for one reader: with --share, read such messages with intake first");
    if (isSource()) {
      intakeSettings();
    }
    if (isPublishing()) {
      publishSettings();
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  boolean isUsed() {
    return isSource() || isPublishing();
  }

  boolean isSource() {
    return source == Source.KAFKA;
  }

  boolean isPublishing() {
    return publishTo != null;
  }

  boolean isFollowing() {
    return intake.isFollowing();
  }

  String topic() {
    return topic;
  }

  TopicOptions intake() {
    return intake;
  }

  IntakeSettings intakeSettings() {
    return intake.settings(maxJobs);
  }

  PublishSettings publishSettings() {
    return new PublishSettings(publishTo, isFollowing(), PublishSettings.PAGE);
  }
}
