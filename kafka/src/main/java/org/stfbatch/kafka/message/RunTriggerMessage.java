package org.stfbatch.kafka.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Starts a run, or goes on with one. Unlike other messages it may have no field that is not known:
 * a misspelt bound would have it wait for what never comes.
 *
 * @param run the run's name: 1 to 200 characters
 * @param source where its jobs come from
 * @param limit answer at most so many jobs, if given
 * @param timeLimit how long it may take in all, if it says so itself: whole seconds, at least one
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

  /** One without a time limit of its own. */
  public RunTriggerMessage(String run, Source source, OptionalLong limit) {
    this(run, source, limit, Optional.empty());
  }

  private static void requireWholeSeconds(Duration limit) {
    if (limit.toSeconds() < 1 || limit.toSeconds() > MAX_SECONDS || limit.getNano() != 0) {
      throw new IllegalArgumentException("the time limit must be whole seconds, not " + limit);
    }
  }

  /** Where a run's jobs come from. */
  public sealed interface Source {}

  /** The jobs are in the run already. */
  public record ExistingRun() implements Source {}

  /**
   * A question file.
   *
   * @param file its path where the run is started
   * @param images the folder of its images, if they are not beside the file
   */
  public record Questions(String file, Optional<String> images) implements Source {

    public Questions {
      Objects.requireNonNull(file, "file is null");
      Objects.requireNonNull(images, "images is null");
    }
  }

  /**
   * The next part of a topic of image jobs. At least one bound is given; the first one met counts.
   *
   * @param topic its name
   * @param untilEnd whether it goes up to the topic's end at the start of the run
   * @param maxJobs the most jobs to take
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
   * @param value null for a mark of deletion
   * @throws MessageException if it is no such message
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

  /** The message's value. */
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
