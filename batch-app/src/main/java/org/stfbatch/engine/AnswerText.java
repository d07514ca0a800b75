package org.stfbatch.engine;

import java.util.Optional;

/** Detects the end of a sequence and decodes its tokens. */
interface AnswerText {
  /** Returns the finish reason after the newest token, or empty while the sequence continues. */
  Optional<FinishReason> finishReason(GeneratedSequence sequence);

  Answer answer(GeneratedSequence sequence, FinishReason reason);
}
