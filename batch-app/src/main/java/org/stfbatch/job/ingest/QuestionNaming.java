package org.stfbatch.job.ingest;

import java.util.Optional;
import org.stfbatch.db.NewImageJob;

/** Naming of the jobs of one pass over a question file. For one thread. */
interface QuestionNaming {
  /** Keeps the names with which the jobs were read. */
  QuestionNaming AS_READ =
      new QuestionNaming() {
        @Override
        public QuestionNaming again() {
          return this;
        }

        @Override
        public NewImageJob named(NewImageJob job) {
          return job;
        }

        @Override
        public Optional<String> otherName(NewImageJob job) {
          return Optional.empty();
        }
      };

  /** Returns a naming for another pass over the same file. */
  QuestionNaming again();

  /** Returns the next job under its name. */
  NewImageJob named(NewImageJob job);

  /**
   * Returns another name under which a run may have the same job, because more or fewer lines of
   * the file, or of another file, had its id at that time.
   *
   * @param job as returned by {@link #named}
   */
  Optional<String> otherName(NewImageJob job);
}
