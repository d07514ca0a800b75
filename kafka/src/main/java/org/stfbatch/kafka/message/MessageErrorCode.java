package org.stfbatch.kafka.message;

/** Reason why a message was rejected. The names are stable, for programs. */
public enum MessageErrorCode {
  /** Its value is null or empty, for example that of a tombstone of a compacted topic. */
  MESSAGE_EMPTY,
  /** Its value is not UTF-8. */
  MESSAGE_ENCODING,
  /** Its value is not one JSON object, or a field occurs twice. */
  MESSAGE_JSON,
  /** Its schema header names another type of message, or an unknown version. */
  MESSAGE_SCHEMA,
  /** A field is missing. */
  MESSAGE_FIELD_MISSING,
  /** A field has an invalid value. */
  MESSAGE_FIELD_INVALID,
  /** It has a field that messages of its type do not have. */
  MESSAGE_FIELD_UNKNOWN
}
