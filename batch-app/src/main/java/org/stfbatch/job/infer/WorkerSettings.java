package org.stfbatch.job.infer;

import java.util.ArrayList;
import java.util.List;
import org.stfbatch.engine.Penalties;

/**
 * Settings that a worker's answers depend on, as comparable text.
 *
 * @param parts one for each setting, in the same order for every worker
 */
record WorkerSettings(List<String> parts) {
  private static final String BETWEEN = "; ";

  static WorkerSettings of(ModelName model, InferSettings settings, boolean truncatesPrompts) {
    InferSettings.Defaults defaults = settings.defaults();
    Penalties penalties = defaults.penalties();
    return new WorkerSettings(
        List.of(
            "model " + model.identity().fingerprint(),
            "--dtype " + model.place().dtype(),
            model.identity().settings(),
            "conversation " + settings.conversation(),
            "--max-new-tokens " + defaults.maxNewTokens(),
            "--temperature " + defaults.temperature(),
            "--top-p " + defaults.topP(),
            "--seed " + defaults.seed(),
            "--stop " + defaults.stop(),
            "choices " + defaults.choices().map(Object::toString).orElse("none"),
            "--repetition-penalty " + penalties.repetition(),
            "--no-repeat-ngram-size " + penalties.noRepeatNgramSize(),
            "--presence-penalty " + penalties.presence(),
            "--frequency-penalty " + penalties.frequency(),
            "--repetition-detection " + defaults.repetitionDetection(),
            "--truncate " + truncatesPrompts));
  }

  String line() {
    return String.join(BETWEEN, parts);
  }

  /**
   * Describes the differences to another worker's settings.
   *
   * @param other its {@link #line}
   */
  String differences(String other) {
    List<String> there = new ArrayList<>(List.of(other.split(BETWEEN)));
    there.removeAll(parts);
    List<String> here = new ArrayList<>(parts);
    here.removeAll(List.of(other.split(BETWEEN)));
    return "%s there, %s here".formatted(String.join(", ", there), String.join(", ", here));
  }
}
