package org.stfbatch.job.intake;

/**
 * What an intake did.
 *
 * @param read messages
 * @param added jobs that their runs did not have yet, with the unusable ones
 * @param duplicates messages whose jobs their runs had already
 * @param unusable messages that went to the dead-letter topic
 * @param stopped whether it was told to stop before its bound
 */
public record IntakeResult(
    long read, long added, long duplicates, long unusable, boolean stopped) {}
