package org.stfbatch.db;

import java.util.Optional;

/**
 * One job of a run with its outcome, for display.
 *
 * @param customId unique in the run
 * @param questionId the id in its question file, if it has one
 * @param image image reference as given, if it has one
 * @param imageRoot folder of relative image paths, if known
 * @param prompt the question or caption request
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
