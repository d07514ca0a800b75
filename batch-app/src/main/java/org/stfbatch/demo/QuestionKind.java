package org.stfbatch.demo;

import java.util.Optional;

/** A way to ask about scenes. */
@FunctionalInterface
interface QuestionKind {

  /**
   * A random question of this kind that the picture answers beyond doubt; empty if the scene gives
   * none, or no suitable one was found.
   */
  Optional<Candidate> ask(Inquiry inquiry);
}
