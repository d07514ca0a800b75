package org.stfbatch.engine;

import java.util.Optional;

/** Decides when a sequence has ended and turns its tokens into text. */
interface AnswerText {
  /** Why the sequence has ended with its newest token, or empty while it goes on. */
  Optional<FinishReason> finishReason(GeneratedSequence sequence);

  Answer answer(GeneratedSequence sequence, FinishReason reason);
}
