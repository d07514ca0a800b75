package org.stfbatch.kafka.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The headers of a message, in their order. If a name occurs more than once, the last header is
 * used.
 *
 * @param all every header
 */
public record MessageHeaders(List<Header> all) {

  /** Type and version of the message, for example {@code image-job/1}. */
  public static final String SCHEMA = "stf-batch-schema";

  /** Names of the fields of an outcome that were shortened or omitted because it was too large. */
  public static final String SHORTENED = "stf-batch-shortened";

  /** A trace id of any format, copied from a job to its outcome. */
  public static final String TRACE_ID = "trace-id";

  /** The header of W3C Trace Context. */
  public static final String TRACEPARENT = "traceparent";

  /** No header. */
  public static final MessageHeaders NONE = new MessageHeaders(List.of());

  private static final int MAX_TRACE_LENGTH = 200;

  /** Format: W3C Trace Context, "traceparent Header": version, trace id, parent id, flags. */
  private static final Pattern W3C_TRACE =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  public MessageHeaders {
    all = List.copyOf(all);
  }

  /**
   * One header.
   *
   * @param name not null
   * @param value may be null, as Kafka allows; not copied
   */
  public record Header(String name, byte[] value) {

    public Header {
      Objects.requireNonNull(name, "name is null");
    }

    private Optional<String> text() {
      if (value == null) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
      } catch (CharacterCodingException e) {
        return Optional.empty();
      }
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Header that
          && name.equals(that.name)
          && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + Arrays.hashCode(value);
    }

    /** Contains only the name: the value of another program's header may be a secret. */
    @Override
    public String toString() {
      return name;
    }
  }

  /** Returns whether there is a header of that name, with any value. */
  public boolean has(String name) {
    return all.stream().anyMatch(header -> header.name().equals(name));
  }

  /**
   * Returns the value of the last header of that name; empty if there is none, or if it is null or
   * not UTF-8.
   */
  public Optional<String> text(String name) {
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).name().equals(name)) {
        return all.get(i).text();
      }
    }
    return Optional.empty();
  }

  /** Returns these headers and one more at the end. */
  public MessageHeaders with(String name, String value) {
    List<Header> more = new ArrayList<>(all);
    more.add(new Header(name, value.getBytes(StandardCharsets.UTF_8)));
    return new MessageHeaders(more);
  }

  /**
   * Returns the trace of a job, to be copied to its outcome: a valid {@code traceparent}, else the
   * {@code trace-id}. Trace ids of more than 200 characters, or with control characters, are
   * ignored.
   */
  public Optional<String> trace() {
    return text(TRACEPARENT)
        .filter(value -> W3C_TRACE.matcher(value).matches())
        .or(() -> text(TRACE_ID).filter(MessageHeaders::isTraceId));
  }

  /**
   * Returns these headers and those of a trace.
   *
   * @param trace from {@link #trace}
   */
  public MessageHeaders withTrace(String trace) {
    var w3c = W3C_TRACE.matcher(trace);
    return w3c.matches()
        ? with(TRACEPARENT, trace).with(TRACE_ID, w3c.group(1))
        : with(TRACE_ID, trace);
  }

  private static boolean isTraceId(String value) {
    return !value.isBlank()
        && value.length() <= MAX_TRACE_LENGTH
        && value.chars().noneMatch(Character::isISOControl);
  }
}
