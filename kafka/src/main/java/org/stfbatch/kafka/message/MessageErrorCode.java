package org.stfbatch.kafka.message;

/** Why a message cannot be used. The names are stable and for programs. */
public enum MessageErrorCode {
  /** It has no value, or one without bytes: a compacted topic's mark of deletion, for example. */
  MESSAGE_EMPTY,
  /** Its value is not UTF-8. */
  MESSAGE_ENCODING,
  /** Its value is not one JSON object, or a field occurs twice. */
  MESSAGE_JSON,
  /** Its schema header names another kind of message, or a version that is not known here. */
  MESSAGE_SCHEMA,
  /** A field is missing. */
  MESSAGE_FIELD_MISSING,
  /** A field holds what it cannot. */
  MESSAGE_FIELD_INVALID,
  /** A field is there that no such message has. */
  MESSAGE_FIELD_UNKNOWN
}
