package org.stfbatch.cli.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.stfbatch.job.intake.IntakeSettings;
import org.stfbatch.job.intake.TopicStart;
import org.stfbatch.kafka.ReadBound;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options for the range of a topic that is read. */
final class TopicOptions {
  @Option(
      names = "--group",
      defaultValue = "stf-batch",
      paramLabel = "NAME",
      description =
          "The consumer group. A group continues from its stored offsets, whatever the run; groups are independent."
              + " Default: ${DEFAULT-VALUE}")
  private String group;

  @Option(
      names = "--from",
      defaultValue = "stored",
      paramLabel = "PLACE",
      description =
          "Where to start: stored (the group's offsets), earliest (the first available message) or latest (after the last message)."
              + " Default: ${DEFAULT-VALUE}")
  private TopicStart from;

  @Option(
      names = "--skip-gap",
      description =
          "Continue with the first available message if the topic has deleted unread messages.")
  private boolean skipGap;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "The base folder of relative image paths in messages. Default: the current folder.")
  private Path images;

  @Mixin private MessageFolders folders;

  @ArgGroup private Bound bound = new Bound();

  private static final class Bound {
    @Option(
        names = "--until-end",
        description = "Read to the end of the topic at the time of the start. This is the default.")
    private boolean untilEnd;

    @Option(
        names = "--idle",
        paramLabel = "TIME",
        description = "Read until no message has arrived for this time, such as 30s.")
    private Duration idle;

    @Option(names = "--follow", description = "Read until stopped.")
    private boolean follow;
  }

  String group() {
    return group;
  }

  TopicStart from() {
    return from;
  }

  boolean isFollowing() {
    return bound.follow;
  }

  boolean isBounded() {
    return bound.idle != null || bound.untilEnd;
  }

  /**
   * @param limit maximum number of messages; null for no limit
   */
  IntakeSettings settings(Long limit) {
    return new IntakeSettings(
        folders.from(Optional.ofNullable(images), "--images"),
        readBound(),
        limit == null ? OptionalLong.empty() : OptionalLong.of(limit),
        skipGap,
        IntakeSettings.CHUNK);
  }

  private ReadBound readBound() {
    if (bound.follow) {
      return ReadBound.follow();
    }
    return bound.idle == null ? ReadBound.untilEnd() : ReadBound.idle(bound.idle);
  }
}
