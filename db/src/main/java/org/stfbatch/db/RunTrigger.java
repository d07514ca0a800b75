package org.stfbatch.db;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A message that asks for a run.
 *
 * @param triggerId grows in the order in which the messages were read
 * @param partition of the topic
 * @param offset of the message
 * @param request the message as it was read
 * @param state how far it is
 * @param run the run that was begun for it
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

  /** How far a trigger is. */
  public enum State {
    /** Not begun yet. */
    WAITING,
    /** Begun, by a process that may be dead by now. */
    RUNNING,
    /** Its run has nothing left to do. */
    DONE,
    /** It could not be carried out. */
    FAILED;

    String stored() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String stored) {
      return valueOf(stored.toUpperCase(Locale.ROOT));
    }
  }
}
