package org.stfbatch.job;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.stfbatch.image.ImageErrorCode;
import org.stfbatch.kafka.message.MessageErrorCode;
import org.stfbatch.prompt.PromptErrorCode;

/** The codes that failures are stored with. */
public final class FailureCodes {
  /** Of lines, of the engine, and of what nobody foresaw. */
  private static Stream<String> others() {
    return Stream.of(
        "QUESTION_LINE",
        "REQUEST_LINE",
        "ENGINE_ERROR",
        "ENGINE_NUMERIC",
        "JOB_KILLED_PROCESS",
        "WORKER_DIED",
        "UNEXPECTED");
  }

  private FailureCodes() {}

  /** All codes of this version. */
  public static SortedSet<String> known() {
    TreeSet<String> codes = new TreeSet<>(others().toList());
    for (Enum<?>[] room :
        new Enum<?>[][] {
          ImageErrorCode.values(), PromptErrorCode.values(), MessageErrorCode.values()
        }) {
      Stream.of(room).map(Enum::name).forEach(codes::add);
    }
    return codes;
  }
}
