package org.stfbatch.job.ingest;

import java.util.Optional;
import org.stfbatch.db.NewImageJob;

/** Names the jobs of one reading of a question file. For one thread. */
interface QuestionNaming {
  /** Jobs have the names with which they were read. */
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

  /** For another reading of the same file. */
  QuestionNaming again();

  /** The next job under the name that it has. */
  NewImageJob named(NewImageJob job);

  /**
   * Another name under which a run may have the same job: because more, or fewer, lines of the file
   * had its id then, or because another file had it, too.
   *
   * @param job as {@link #named} gave it
   */
  Optional<String> otherName(NewImageJob job);
}
