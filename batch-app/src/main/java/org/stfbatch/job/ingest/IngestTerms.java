package org.stfbatch.job.ingest;

import java.util.Optional;
import org.stfbatch.db.ChoiceTexts;

/**
 * What an ingest is told beside its source.
 *
 * @param choices of which the answers are to be, where a job does not say so itself
 * @param onChange what becomes of requests that the run has with another content
 * @param again whether most of a file may be asked once more under other names
 */
public record IngestTerms(Optional<ChoiceTexts> choices, OnChange onChange, boolean again) {}
