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

/** From where to where a topic of image jobs is read. */
final class TopicOptions {
  @Option(
      names = "--group",
      defaultValue = "stf-batch",
      paramLabel = "NAME",
      description =
          "In whose name the topic is read: a group goes on where it stopped, whatever the run; groups are independent."
              + " Default: ${DEFAULT-VALUE}")
  private String group;

  @Option(
      names = "--from",
      defaultValue = "stored",
      paramLabel = "PLACE",
      description =
          "stored (where the group stopped), earliest (the first message that is left) or latest (behind the last)."
              + " Default: ${DEFAULT-VALUE}")
  private TopicStart from;

  @Option(
      names = "--skip-gap",
      description = "Go on at what is left where the topic lost messages that were not read.")
  private boolean skipGap;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "The folder below which the messages' relative image paths are. Default: the current one.")
  private Path images;

  @Mixin private MessageFolders folders;

  @ArgGroup private Bound bound = new Bound();

  private static final class Bound {
    @Option(
        names = "--until-end",
        description = "Read up to the topic's end as it is at the start. This is the default.")
    private boolean untilEnd;

    @Option(
        names = "--idle",
        paramLabel = "TIME",
        description = "Read until no message has come for this time, such as 30s.")
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
   * @param limit so many messages are taken at most; null for no limit
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
