package org.stfbatch.training;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.stfbatch.compression.CompressionStrategy;
import org.stfbatch.compression.LlaVolta;
import org.stfbatch.compression.NoCompression;
import org.stfbatch.image.Aspect;
import org.stfbatch.image.ClipImageConfig;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.testing.Golden;
import org.stfbatch.testing.Npy;

/** Recorded training of the original: the data, its tokens and the steps. */
record RecordedTraining(JsonNode json) {
  /** Other authors' methods that can be trained. */
  private static final Set<String> METHODS = Set.of("", "tokenpacker", "llavolta", "llava-mini");

  static List<RecordedTraining> all() {
    return Golden.cases("train").stream()
        .filter(entry -> METHODS.contains(entry.path("method").asText()))
        .map(entry -> new RecordedTraining(Golden.json(entry.get("file").asText())))
        .toList();
  }

  String id() {
    return json.get("id").asText();
  }

  Path checkpoint() {
    return Golden.file("checkpoints/" + json.get("checkpoint").asText());
  }

  /** Returns the strategy of the recorded forward pass. */
  CompressionStrategy compression() {
    JsonNode params = json.path("params");
    return params.has("stride")
        ? new LlaVolta(params.get("layer").asInt(), params.get("stride").asInt())
        : new NoCompression();
  }

  TrainingTemplate template() {
    return isPretraining() ? TrainingTemplate.PLAIN : TrainingTemplate.V1;
  }

  private boolean isPretraining() {
    return json.path("version").asText(json.path("stage").asText()).startsWith("p");
  }

  int maxLength() {
    return json.path("model_max_length").asInt(2048);
  }

  boolean trains(String tensor) {
    return json.get("grad_norms").has(tensor);
  }

  List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (JsonNode data : json.get("data")) {
      List<Turn> turns = new ArrayList<>();
      for (JsonNode turn : data.get("conversations")) {
        Speaker speaker = turn.get("from").asText().equals("human") ? Speaker.HUMAN : Speaker.GPT;
        turns.add(new Turn(speaker, turn.get("value").asText()));
      }
      Optional<String> image = Optional.ofNullable(data.get("image")).map(JsonNode::asText);
      samples.add(new Sample(samples.size(), data.get("id").asText(), image, turns));
    }
    return samples;
  }

  /** Returns the samples of the recorded batch. */
  List<Sample> batch() {
    List<Sample> all = samples();
    List<Sample> batch = new ArrayList<>();
    json.get("batch").forEach(index -> batch.add(all.get(index.asInt())));
    return batch;
  }

  Npy array(String name) {
    return Npy.read(Golden.file(json.get("arrays").get(name).get("file").asText()));
  }

  boolean hasArray(String name) {
    return json.get("arrays").has(name);
  }

  /** Returns the names of the arrays with recorded gradients. */
  List<String> gradientArrays() {
    List<String> names = new ArrayList<>();
    json.get("arrays").fieldNames().forEachRemaining(names::add);
    return names.stream().filter(name -> name.startsWith("grad_")).toList();
  }

  String gradientOf(String array) {
    return json.get("arrays").get(array).get("what").asText().replace("gradient of ", "");
  }

  /** Not every copy of the recordings includes photographs. */
  boolean hasPictures() {
    return batch().stream()
        .allMatch(sample -> Files.exists(Golden.file("images/" + sample.image().orElseThrow())));
  }

  byte[] pixels(Sample sample, int size) throws ImageException, InterruptedException {
    String mode = json.path("image_aspect_ratio").asText(isPretraining() ? "square" : "pad");
    Aspect aspect = mode.equals("pad") ? Aspect.PAD : Aspect.SQUARE;
    ImageSource source = new ImageSource.File(Golden.file("images"), sample.image().orElseThrow());
    return new ClipImageProcessor(ClipImageConfig.openAi(size, aspect))
        .process(new ImageLoader(ImageLimits.defaults()).load(source))
        .chw();
  }
}
