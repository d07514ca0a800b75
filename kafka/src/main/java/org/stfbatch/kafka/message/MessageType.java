package org.stfbatch.kafka.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Message types, each with the schema version that this program writes and reads. */
public enum MessageType {
  /** A job: {@link ImageJobMessage}. */
  IMAGE_JOB("image-job", 1),
  /** The answer of a job: {@link AnswerMessage}. */
  ANSWER("answer", 1),
  /** The failure of a job: {@link FailureMessage}. */
  FAILURE("failure", 1),
  /** A request to start a run: {@link RunTriggerMessage}. */
  RUN_TRIGGER("run-trigger", 1);

  private static final Pattern SCHEMA = Pattern.compile("([a-z-]{1,40})/([1-9][0-9]{0,8})");

  private final String kind;
  private final int version;

  MessageType(String kind, int version) {
    this.kind = kind;
    this.version = version;
  }

  /** Returns the value of the schema header, for example {@code image-job/1}. */
  public String schema() {
    return kind + "/" + version;
  }

  /**
   * Returns the headers of a new message of this type.
   *
   * @param trace from {@link MessageHeaders#trace}
   */
  public MessageHeaders headers(Optional<String> trace) {
    MessageHeaders headers = MessageHeaders.NONE.with(MessageHeaders.SCHEMA, schema());
    return trace.map(headers::withTrace).orElse(headers);
  }

  /** Returns the type that the schema header names, if it is a known type and version. */
  public static Optional<MessageType> of(MessageHeaders headers) {
    Optional<String> schema = headers.text(MessageHeaders.SCHEMA);
    for (MessageType type : values()) {
      if (schema.filter(type.schema()::equals).isPresent()) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** Returns this type's JSON Schema (2020-12). */
  public String jsonSchema() {
    String name = kind + "-" + version + ".schema.json";
    try (InputStream in = MessageType.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + "; build the program again", e);
    }
  }

  /**
   * Checks the schema header. A message without one is read as version 1 of this type.
   *
   * @throws MessageException MESSAGE_SCHEMA if the header names another type or a newer version
   */
  void requireReadable(MessageHeaders headers) throws MessageException {
    if (!headers.has(MessageHeaders.SCHEMA)) {
      return;
    }
    String schema = headers.text(MessageHeaders.SCHEMA).orElse("");
    Matcher parts = SCHEMA.matcher(schema);
    if (!parts.matches()) {
      throw unreadable("is not a kind and a version, such as " + schema());
    }
    if (!parts.group(1).equals(kind)) {
      throw unreadable("says " + schema + ", but here " + schema() + " is expected");
    }
    if (Integer.parseInt(parts.group(2)) > version) {
      throw unreadable(
          "says " + schema + ", but this program reads up to " + schema() + ": upgrade it");
    }
  }

  private static MessageException unreadable(String why) {
    return new MessageException(
        MessageErrorCode.MESSAGE_SCHEMA, "the header " + MessageHeaders.SCHEMA + " " + why);
  }
}
