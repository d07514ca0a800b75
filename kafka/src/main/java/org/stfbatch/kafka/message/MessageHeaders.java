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
 * The headers of a message, in their order. A name may occur more than once; the last one counts.
 *
 * @param all every header
 */
public record MessageHeaders(List<Header> all) {

  /** FieldType and version of the message, for example {@code image-job/1}. */
  public static final String SCHEMA = "stf-batch-schema";

  /** Names the fields of an outcome that are cut or left out, because it was too large. */
  public static final String SHORTENED = "stf-batch-shortened";

  /** An id that goes from a job to its answer, whatever it looks like. */
  public static final String TRACE_ID = "trace-id";

  /** The W3C's Trace Context header. */
  public static final String TRACEPARENT = "traceparent";

  /** No header. */
  public static final MessageHeaders NONE = new MessageHeaders(List.of());

  private static final int MAX_TRACE_LENGTH = 200;

  /** W3C Trace Context, "traceparent Header": version, trace id, parent id, flags. */
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

    /** Names only the header: a foreign one may carry a secret. */
    @Override
    public String toString() {
      return name;
    }
  }

  /** Whether a header of that name is there, readable or not. */
  public boolean has(String name) {
    return all.stream().anyMatch(header -> header.name().equals(name));
  }

  /** The last header of that name; empty also if it is null or not UTF-8. */
  public Optional<String> text(String name) {
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).name().equals(name)) {
        return all.get(i).text();
      }
    }
    return Optional.empty();
  }

  /** These headers and one more at the end. */
  public MessageHeaders with(String name, String value) {
    List<Header> more = new ArrayList<>(all);
    more.add(new Header(name, value.getBytes(StandardCharsets.UTF_8)));
    return new MessageHeaders(more);
  }

  /**
   * What an answer must carry on so that it can be traced to its job: a valid {@code traceparent}
   * as it is, else the {@code trace-id}. Trace ids of more than 200 characters, or with control
   * characters, are passed over.
   */
  public Optional<String> trace() {
    return text(TRACEPARENT)
        .filter(value -> W3C_TRACE.matcher(value).matches())
        .or(() -> text(TRACE_ID).filter(MessageHeaders::isTraceId));
  }

  /**
   * These headers and those of a trace.
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
