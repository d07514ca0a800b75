package org.stfbatch.job.intake;

/**
 * What an intake did.
 *
 * @param read messages
 * @param added jobs that their runs did not have yet, with the unusable ones
 * @param duplicates messages whose jobs their runs had already
 * @param changed ids among those under which a message asked something else: runs keep their own
 * @param unusable messages that went to the dead-letter topic
 * @param stopped whether it was told to stop before its bound
 */
public record IntakeResult(
    long read, long added, long duplicates, long changed, long unusable, boolean stopped) {
  /** Nothing done yet. */
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
