package org.stfbatch.job;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.stfbatch.image.ImageErrorCode;
import org.stfbatch.kafka.message.MessageErrorCode;
import org.stfbatch.prompt.PromptErrorCode;

/** All failure codes of this version, as they are stored with failed jobs. */
public final class FailureCodes {
  /**
   * Codes that no enum defines: of input lines, of the engine, of killed processes and of
   * unexpected errors.
   */
  private static Stream<String> others() {
    return Stream.of(
        "QUESTION_LINE",
        "REQUEST_LINE",
        "SHARD_SAMPLE",
        "SHARD_DAMAGED",
        "ENGINE_ERROR",
        "ENGINE_NUMERIC",
        "JOB_KILLED_PROCESS",
        "WORKER_DIED",
        "UNEXPECTED");
  }

  private FailureCodes() {}

  /** Returns all codes of this version. */
  public static SortedSet<String> known() {
    TreeSet<String> codes = new TreeSet<>(others().toList());
    for (Enum<?>[] codesOfOnePackage :
        new Enum<?>[][] {
          ImageErrorCode.values(), PromptErrorCode.values(), MessageErrorCode.values()
        }) {
      Stream.of(codesOfOnePackage).map(Enum::name).forEach(codes::add);
    }
    return codes;
  }
}
