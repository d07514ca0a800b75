package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Message that starts a run or continues one. Unlike in other messages, unknown fields are
 * rejected: with a misspelt bound, the run would never end.
 *
 * @param run the run's name: 1 to 200 characters
 * @param source source of the jobs
 * @param limit the most jobs to answer; empty for all
 * @param timeLimit the most time of the run in all: whole seconds, at least one; empty for the
 *     listener's default
 */
public record RunTriggerMessage(
    String run, Source source, OptionalLong limit, Optional<Duration> timeLimit) {

  private static final int MAX_SECONDS = Integer.MAX_VALUE;
  private static final FieldType<Integer> SECONDS = FieldType.intFrom(1);

  private static final FieldType<Long> COUNT = FieldType.integer(1, Long.MAX_VALUE);
  private static final FieldType<String> TOPIC =
      FieldType.textThat(
          "a topic's name: 1 to 249 letters, digits, dots, underscores and hyphens",
          text -> text.matches("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}"));

  public RunTriggerMessage {
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(source, "source is null");
    Objects.requireNonNull(limit, "limit is null");
    timeLimit.ifPresent(RunTriggerMessage::requireWholeSeconds);
  }

  /** A message without a time limit. */
  public RunTriggerMessage(String run, Source source, OptionalLong limit) {
    this(run, source, limit, Optional.empty());
  }

  private static void requireWholeSeconds(Duration limit) {
    if (limit.toSeconds() < 1 || limit.toSeconds() > MAX_SECONDS || limit.getNano() != 0) {
      throw new IllegalArgumentException("the time limit must be whole seconds, not " + limit);
    }
  }

  /** Source of a run's jobs. */
  public sealed interface Source {}

  /** The jobs that the run has already. */
  public record ExistingRun() implements Source {}

  /**
   * A question file.
   *
   * @param file path on the machine that executes the run
   * @param images the folder of its images; empty for the file's own folder
   */
  public record Questions(String file, Optional<String> images) implements Source {

    public Questions {
      Objects.requireNonNull(file, "file is null");
      Objects.requireNonNull(images, "images is null");
    }
  }

  /**
   * The next messages of a topic of image jobs. At least one bound is given; reading ends at the
   * first one that is reached.
   *
   * @param topic its name
   * @param untilEnd whether to read up to the topic's end at the start of the run
   * @param maxJobs the most jobs to read
   */
  public record TopicSlice(String topic, boolean untilEnd, OptionalLong maxJobs) implements Source {

    public TopicSlice {
      Objects.requireNonNull(topic, "topic is null");
      Objects.requireNonNull(maxJobs, "maxJobs is null");
      if (!untilEnd && maxJobs.isEmpty()) {
        throw new IllegalArgumentException("a slice of topic " + topic + " has no bound");
      }
    }
  }

  /**
   * Reads a message.
   *
   * @param value null for a tombstone
   * @throws MessageException if it is not a valid message of this type
   */
  public static RunTriggerMessage parse(byte[] value, MessageHeaders headers)
      throws MessageException {
    MessageType.RUN_TRIGGER.requireReadable(headers);
    Fields fields = Json.read(value);
    fields.requireOnly("run", "questions", "topic", "limit", "time_limit_seconds");
    return new RunTriggerMessage(
        fields.required("run", FieldType.RUN),
        source(fields),
        count(fields, "limit"),
        fields.optional("time_limit_seconds", SECONDS).map(Duration::ofSeconds));
  }

  private static Source source(Fields fields) throws MessageException {
    Optional<Fields> questions = fields.optionalObject("questions");
    Optional<Fields> topic = fields.optionalObject("topic");
    if (questions.isPresent() && topic.isPresent()) {
      throw new MessageException(
          MessageErrorCode.MESSAGE_FIELD_INVALID,
          "questions and topic are both there: send a trigger for each");
    }
    if (questions.isPresent()) {
      return questions(questions.get());
    }
    return topic.isPresent() ? topic(topic.get()) : new ExistingRun();
  }

  private static Questions questions(Fields fields) throws MessageException {
    fields.requireOnly("file", "images");
    return new Questions(
        fields.required("file", FieldType.FILLED_TEXT),
        fields.optional("images", FieldType.FILLED_TEXT));
  }

  private static TopicSlice topic(Fields fields) throws MessageException {
    fields.requireOnly("name", "until_end", "max_jobs");
    String name = fields.required("name", TOPIC);
    boolean untilEnd = fields.optional("until_end", FieldType.BOOLEAN).orElse(false);
    OptionalLong maxJobs = count(fields, "max_jobs");
    if (!untilEnd && maxJobs.isEmpty()) {
      throw new MessageException(
          MessageErrorCode.MESSAGE_FIELD_MISSING,
          "topic.until_end and topic.max_jobs are missing: say until_end: true, or how many jobs");
    }
    return new TopicSlice(name, untilEnd, maxJobs);
  }

  private static OptionalLong count(Fields fields, String name) throws MessageException {
    return fields.optional(name, COUNT).map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  /** Returns the message's value. */
  public byte[] toJson() {
    return Json.write(this::writeTo);
  }

  private void writeTo(JsonGenerator json) throws IOException {
    json.writeStringField("run", run);
    if (source instanceof Questions questions) {
      json.writeObjectFieldStart("questions");
      json.writeStringField("file", questions.file());
      Json.writeText(json, "images", questions.images());
      json.writeEndObject();
    } else if (source instanceof TopicSlice slice) {
      json.writeObjectFieldStart("topic");
      json.writeStringField("name", slice.topic());
      json.writeBooleanField("until_end", slice.untilEnd());
      if (slice.maxJobs().isPresent()) {
        json.writeNumberField("max_jobs", slice.maxJobs().getAsLong());
      }
      json.writeEndObject();
    }
    if (limit.isPresent()) {
      json.writeNumberField("limit", limit.getAsLong());
    }
    if (timeLimit.isPresent()) {
      json.writeNumberField("time_limit_seconds", timeLimit.get().toSeconds());
    }
  }
}
