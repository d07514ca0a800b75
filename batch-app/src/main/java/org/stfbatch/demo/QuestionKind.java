package org.stfbatch.demo;

import java.util.Optional;

/** Generator of one kind of question. */
@FunctionalInterface
interface QuestionKind {

  /**
   * Returns a random question of this kind that the picture answers unambiguously; empty if the
   * scene has none, or none was found.
   */
  Optional<Candidate> ask(Inquiry inquiry);
}
