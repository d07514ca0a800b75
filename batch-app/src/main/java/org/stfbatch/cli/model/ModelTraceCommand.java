package org.stfbatch.cli.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.stfbatch.cli.option.CompressionOption;
import org.stfbatch.cli.option.ConversationOption;
import org.stfbatch.cli.option.Images;
import org.stfbatch.cli.option.ModelOptions;
import org.stfbatch.cli.option.WeightsOption;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.engine.Tracer;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.image.ClipImageProcessor;
import org.stfbatch.image.ImageException;
import org.stfbatch.image.ImageLimits;
import org.stfbatch.image.ImageLoader;
import org.stfbatch.image.ImageSource;
import org.stfbatch.image.Pixels;
import org.stfbatch.job.InputException;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.Trace;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.SafetensorsWriter;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.ImagePrompt;
import org.stfbatch.prompt.LlamaTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code model trace}: writes the intermediate tensors of one prompt. */
@Command(
    name = "trace",
    description = {
      "Runs one image and one prompt in float32 on the CPU and writes the intermediate tensors as safetensors.",
      "It writes pixel_values, hidden_3 .. hidden_21, hidden_select, mbtf, vision_tokens, logits (of the last position), input_ids (-200 marks the image); where --compress selects patches, also kept (their indices, ascending) and score (of every patch)."
    },
    footer = {
      "  stf-batch model trace --image cat.jpg --prompt \"What is this?\" --out trace.safetensors",
      "  stf-batch model trace --model llava-v1.5-7b --image cat.jpg --prompt \"What is this?\" --compress vtc-cls --out kept.safetensors"
    })
final class ModelTraceCommand implements Callable<Integer> {
  private final Stores stores;

  @Mixin private ModelOptions model;
  @Mixin private CompressionOption compression;
  @Mixin private WeightsOption weights;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "The image; leave it out for a text-only prompt.")
  private Path image;

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description =
          "A question, which is inserted into the conversation template. A text that contains <image>, or begins as"
              + " the template does, is used as the whole prompt.")
  private String prompt;

  @Option(names = "--raw", description = "Always use the text as the whole prompt.")
  private boolean raw;

  @Mixin private ConversationOption conversation;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The output file.")
  private Path out;

  ModelTraceCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    model
        .keptOut(new OutputPaths())
        .keepsOutOf("the program's store", stores.serverFolders())
        .reads("--image", image)
        .writes("--out", out)
        .check();
    LlavaCheckpoint checkpoint = model.open();
    compression.strategy().check(checkpoint.config().shape());
    int rows = checkpoint.config().language().vocabSize();
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(checkpoint.directory(), rows)) {
      int[] inputIds = tokenizer.encodeWithImages(wholePrompt());
      List<Pixels> images = image == null ? List.of() : List.of(pixels(checkpoint));
      Trace trace = Tracer.trace(checkpoint, settings(), inputIds, images);
      Map<String, SafetensorsWriter.Data> tensors = new LinkedHashMap<>();
      trace
          .tensors()
          .forEach(
              (name, tensor) ->
                  tensors.put(name, SafetensorsWriter.float32(tensor.shape(), tensor.data())));
      trace.kept().ifPresent(kept -> tensors.put("kept", SafetensorsWriter.int64(kept)));
      tensors.put("input_ids", SafetensorsWriter.int64(inputIds));
      SafetensorsWriter.write(out, tensors);
      System.out.println(out + ": " + String.join(", ", tensors.keySet()));
      return 0;
    }
  }

  private ModelSettings settings() {
    return ModelSettings.exact().with(compression.strategy()).with(weights.format(false));
  }

  private String wholePrompt() {
    ConversationTemplate template = ConversationTemplate.named(conversation.name());
    if (raw || prompt.contains(ImagePrompt.MARKER) || isConversation(template)) {
      return prompt;
    }
    String message = ImagePrompt.message(prompt, image != null);
    return template.prompt(Arrays.asList(message, null));
  }

  private boolean isConversation(ConversationTemplate template) {
    String sample = template.prompt(Arrays.asList(ImagePrompt.MARKER, null));
    String beginning = sample.substring(0, sample.indexOf(ImagePrompt.MARKER));
    return !beginning.isEmpty() && prompt.startsWith(beginning);
  }

  private Pixels pixels(LlavaCheckpoint checkpoint) throws InterruptedException {
    Path file = image.toAbsolutePath().normalize();
    ImageSource source = new ImageSource.File(file.getParent(), file.getFileName().toString());
    try {
      return new ClipImageProcessor(Images.config(checkpoint.config()))
          .process(new ImageLoader(ImageLimits.defaults()).load(source));
    } catch (ImageException e) {
      throw new InputException(e.getMessage(), e);
    }
  }
}
