package org.stfbatch.job.infer;

import java.util.Optional;

/**
 * Provenance of outcomes, stored with them.
 *
 * @param runId the run whose jobs they belong to
 * @param worker name of the worker that writes them; empty if this process answers the run alone
 * @param model the model that answered
 */
record Provenance(long runId, Optional<String> worker, ModelName model) {}
