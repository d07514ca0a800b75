package org.stfbatch.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.stfbatch.compression.CompressionStrategy;
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

/** A recorded generation of the original: input and output. */
record RecordedCase(JsonNode json) {
  private static final List<String> COMPRESSED = List.of("vtc-cls", "prumerge", "prumerge+");

  /**
   * Returns the cases of a checkpoint with any number of still images; video clips are left out.
   */
  static List<RecordedCase> of(String checkpoint) {
    return Stream.concat(Golden.cases("generate").stream(), baselines("baseline"))
        .filter(json -> json.get("checkpoint").asText().equals(checkpoint))
        .filter(json -> !json.path("video").asBoolean())
        .map(RecordedCase::new)
        .toList();
  }

  /**
   * Returns the cases of the strategies that act before the language model, all on one checkpoint.
   */
  static List<RecordedCase> compressed() {
    return COMPRESSED.stream().flatMap(method -> ofStrategy(method).stream()).toList();
  }

  /** Returns the cases of a compression strategy. */
  static List<RecordedCase> ofStrategy(String method) {
    return baselines(method).map(RecordedCase::new).toList();
  }

  private static Stream<JsonNode> baselines(String method) {
    return Golden.cases("baseline").stream()
        .filter(json -> json.get("method").asText().equals(method));
  }

  /** Returns the strategy of a case of {@link #compressed}. */
  CompressionStrategy strategy() {
    String method = json.get("method").asText();
    JsonNode params = json.get("params");
    return CompressionStrategy.parse(
        method.equals("vtc-cls")
            ? "vtc-cls:layer=%d,tokens=%d"
                .formatted(params.get("start_layer").asInt(), params.get("token_num").asInt())
            : method);
  }

  /** Returns the kept patches, ascending. */
  int[] kept() {
    JsonNode indices = json.has("kept") ? json.get("kept") : json.get("kept_in_order");
    return StreamSupport.stream(indices.spliterator(), false)
        .mapToInt(JsonNode::asInt)
        .sorted()
        .toArray();
  }

  /** Returns the file of a recorded array. */
  Path array(String name) {
    return Golden.file(json.get("arrays").get(name).get("file").asText());
  }

  String id() {
    return json.get("id").asText();
  }

  /** Returns whether the original's prompt limit was lowered for this case. */
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
    return array("prefill_logits_last");
  }

  /** Returns the number of positions of the prompt, including vision tokens. */
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
    if (json.has("image") && !json.has("images")) {
      files.add(json.get("image").asText());
    }
    return files;
  }

  @Override
  public String toString() {
    return id();
  }

  private static Pixels pixels(String file, int size) throws ImageException, InterruptedException {
    ImageSource source = new ImageSource.File(Golden.folder(), file);
    return new ClipImageProcessor(ClipImageConfig.openAi(size, Aspect.PAD))
        .process(new ImageLoader(ImageLimits.defaults()).load(source));
  }
}
