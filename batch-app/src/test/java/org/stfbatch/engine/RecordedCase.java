package org.stfbatch.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.Pixels;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/** A recorded generation of the original: what went in and what came out. */
record RecordedCase(JsonNode json) {

  /**
   * The cases of a checkpoint that one still picture, several or none belong to; video clips are
   * left out.
   */
  static List<RecordedCase> of(String checkpoint) {
    return Stream.concat(Golden.cases("generate").stream(), plainBaselines())
        .filter(json -> json.get("checkpoint").asText().equals(checkpoint))
        .filter(json -> !json.path("video").asBoolean())
        .map(RecordedCase::new)
        .toList();
  }

  private static Stream<JsonNode> plainBaselines() {
    return Golden.cases("baseline").stream()
        .filter(json -> json.get("method").asText().equals("baseline"));
  }

  String id() {
    return json.get("id").asText();
  }

  /** Whether the original's limit on prompts was lowered for this case. */
  boolean isTruncated() {
    return json.has("tokenizer_model_max_length");
  }

  List<Integer> outputIds() {
    List<Integer> ids = new ArrayList<>();
    json.get("output_ids").forEach(id -> ids.add(id.asInt()));
    return ids;
  }

  String text() {
    return json.get("text").asText();
  }

  Path logits() {
    return Golden.file(json.get("arrays").get("prefill_logits_last").get("file").asText());
  }

  /** Positions of the prompt, vision tokens included. */
  int expandedLength() {
    return json.has("expanded_length")
        ? json.get("expanded_length").asInt()
        : json.get("input_ids").size() - 1 + json.get("n_vision_tokens").asInt();
  }

  EngineJob job(LlamaTokenizer tokenizer, int imageSize)
      throws ImageException, InterruptedException {
    List<Pixels> images = new ArrayList<>();
    for (String image : imageFiles()) {
      images.add(pixels(image, imageSize));
    }
    int maxNewTokens = json.path("max_new_tokens").asInt(outputIds().size());
    return new EngineJob(
        tokenizer.encodeWithImages(json.get("prompt").asText()),
        images,
        Generation.greedy(maxNewTokens));
  }

  private List<String> imageFiles() {
    List<String> files = new ArrayList<>();
    json.path("images").forEach(image -> files.add(image.asText()));
    if (json.has("image")) {
      files.add(json.get("image").asText());
    }
    return files;
  }

  private static Pixels pixels(String file, int size) throws ImageException, InterruptedException {
    ImageSource source = new ImageSource.File(Golden.folder(), file);
    return new ClipImageProcessor(ClipImageConfig.openAi(size, Aspect.PAD))
        .process(new ImageLoader(ImageLimits.defaults()).load(source));
  }
}
