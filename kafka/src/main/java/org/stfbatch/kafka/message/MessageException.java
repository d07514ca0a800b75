package org.stfbatch.kafka.message;

import java.util.Optional;

/** A message was rejected. The text is one line that names the field and the cure. */
public final class MessageException extends Exception {

  private static final long serialVersionUID = 1L;

  private final MessageErrorCode code;
  private final transient Optional<String> customId;

  MessageException(MessageErrorCode code, String message) {
    this(code, message, Optional.empty());
  }

  private MessageException(MessageErrorCode code, String message, Optional<String> customId) {
    super(message);
    this.code = code;
    this.customId = customId;
  }

  /** Returns the reason, for programs. */
  public MessageErrorCode code() {
    return code;
  }

  /** Returns the message's {@code custom_id}, if it could be read. */
  public Optional<String> customId() {
    return customId == null ? Optional.empty() : customId;
  }

  MessageException about(Optional<String> id) {
    return new MessageException(code, getMessage(), id);
  }
}
