package org.stfbatch.db;

import java.util.Optional;

/**
 * One job of a run with what became of it, to be looked at.
 *
 * @param customId the job's
 * @param questionId what its file calls it, if it does
 * @param image its image as given, if it has one
 * @param imageRoot folder of relative image paths, if known
 * @param prompt what was asked
 * @param outcome the answer, or the failure's message
 * @param code of the failure; empty for an answer
 */
public record OutcomeSample(
    String customId,
    Optional<String> questionId,
    Optional<String> image,
    Optional<String> imageRoot,
    String prompt,
    String outcome,
    Optional<String> code) {}
