package org.stfbatch.job.ingest;

import java.util.Optional;
import org.stfbatch.db.ChoiceTexts;

/**
 * Options of an ingest.
 *
 * @param choices the texts to choose answers from, for jobs that do not set their own
 * @param onChange what to do with requests that the run has with other content
 * @param again whether a file may be ingested whose questions the run mostly has under other names
 */
public record IngestTerms(Optional<ChoiceTexts> choices, OnChange onChange, boolean again) {}
