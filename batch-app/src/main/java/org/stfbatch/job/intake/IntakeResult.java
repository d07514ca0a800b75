package org.stfbatch.job.intake;

/**
 * Result of an intake.
 *
 * @param read messages
 * @param added jobs that were new to their runs, including the unusable ones
 * @param duplicates messages whose jobs their runs already had
 * @param changed ids of duplicates with other content; the runs keep their own
 * @param unusable messages that went to the dead-letter topic
 * @param stopped whether a stop was requested before the bound was reached
 */
public record IntakeResult(
    long read, long added, long duplicates, long changed, long unusable, boolean stopped) {
  /** Nothing done. */
  public static final IntakeResult NOTHING = new IntakeResult(0, 0, 0, 0, 0, false);

  IntakeResult plus(IntakeResult later) {
    return new IntakeResult(
        read + later.read,
        added + later.added,
        duplicates + later.duplicates,
        changed + later.changed,
        unusable + later.unusable,
        later.stopped);
  }

  IntakeResult stopped(boolean whether) {
    return new IntakeResult(read, added, duplicates, changed, unusable, whether);
  }
}
