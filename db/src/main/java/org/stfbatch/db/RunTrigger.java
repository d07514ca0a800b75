package org.stfbatch.db;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A message that starts a run, with its state.
 *
 * @param triggerId increases in the order in which the messages were read
 * @param partition of the topic
 * @param offset of the message
 * @param request the message's value
 * @param state processing state
 * @param run name of the run that was started for it
 * @param error why it failed
 * @param receivedAt when it was stored
 */
public record RunTrigger(
    long triggerId,
    int partition,
    long offset,
    String request,
    State state,
    Optional<String> run,
    Optional<String> error,
    Instant receivedAt) {

  /** Processing state of a trigger. */
  public enum State {
    /** Not started yet. */
    WAITING,
    /** Started, by a process that may have crashed since. */
    RUNNING,
    /** Its run has nothing left to do. */
    DONE,
    /** It is invalid, or its run failed. */
    FAILED;

    String stored() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String stored) {
      return valueOf(stored.toUpperCase(Locale.ROOT));
    }
  }
}
