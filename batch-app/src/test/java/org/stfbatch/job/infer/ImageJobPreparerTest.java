package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.db.ImagePrompt;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.EngineJob;
import org.stfbatch.engine.Generation;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptLimit;
import org.stfbatch.testing.Golden;

/** Prompt and stop texts that a conversation template gives a job. */
final class ImageJobPreparerTest {
  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = LlamaTokenizer.open(Golden.file("checkpoints/tiny"));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static EngineJob prepared(String template, Optional<List<String>> own) throws Exception {
    InferSettings settings =
        new InferSettings(
            1,
            new InferSettings.Window(1, 1),
            OptionalLong.empty(),
            template,
            new InferSettings.Defaults(8, 0, 1, 0, List.of("END")));
    JobSettings ofJob =
        new JobSettings(
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            own);
    ImagePrompt prompt =
        new ImagePrompt(Optional.empty(), Optional.empty(), Optional.empty(), "What?");
    return new Preparation(
            ImageLimits.defaults(),
            ClipImageConfig.openAi(28, Aspect.PAD),
            tokenizer,
            new PromptLimit(2048, false))
        .preparer(settings)
        .prepare(new StoredJob(1, 1, "a", "", Optional.empty(), prompt, ofJob));
  }

  private static List<String> stop(String template, Optional<List<String>> own) throws Exception {
    return ((Generation) prepared(template, own).task()).stop();
  }

  @Test
  void answersEndWhereTheTemplateEndsThem() throws Exception {
    assertThat(stop("v0", Optional.empty())).containsExactly("END", "###");
    assertThat(stop("mpt", Optional.of(List.of("x")))).containsExactly("x", "<|im_end|>");
    assertThat(stop("llava_v0", Optional.of(List.of("###")))).containsExactly("###");
    assertThat(stop("v1", Optional.empty())).containsExactly("END");
    assertThat(stop("llava_llama_2", Optional.of(List.of()))).isEmpty();
  }

  @Test
  void thePromptIsTheTemplates() throws Exception {
    assertThat(tokenizer.decode(prepared("mpt", Optional.empty()).promptIds(), true))
        .startsWith("<|im_start|>system\nA conversation between")
        .endsWith("<|im_end|><|im_start|>user\nWhat?<|im_end|><|im_start|>assistant\n");
  }
}
