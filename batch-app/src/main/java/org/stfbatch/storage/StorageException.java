package org.stfbatch.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A place cannot be read or written. The message is one line that names the place and the cure,
 * without credentials.
 */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final Duration retryAfter;

  /** What a caller can do about it. */
  public enum Kind {
    /** There is no such bucket, object, file or page. */
    MISSING,
    /** The credentials do not allow it. */
    DENIED,
    /** It may succeed later: overload, a cut connection, a timeout, or credentials that expired. */
    UNAVAILABLE,
    /** It fails each time: a range outside the object, a wrong region, a malformed response. */
    UNUSABLE
  }

  StorageException(Kind kind, String message, Throwable cause) {
    this(kind, message, Optional.empty(), cause);
  }

  StorageException(Kind kind, String message, Optional<Duration> retryAfter, Throwable cause) {
    super(message, cause);
    this.kind = requireNonNull(kind, "kind is null");
    this.retryAfter = retryAfter.orElse(null);
  }

  public Kind kind() {
    return kind;
  }

  /** Returns whether a retry may succeed. */
  public boolean isTransient() {
    return kind == Kind.UNAVAILABLE;
  }

  /** Returns how long the server asks to wait; empty if it does not. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
