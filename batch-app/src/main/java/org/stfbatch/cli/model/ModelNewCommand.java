package org.stfbatch.cli.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.job.InputException;
import org.stfbatch.model.checkpoint.CheckpointSummary;
import org.stfbatch.model.checkpoint.FusionVariant;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.ModelSizes;
import org.stfbatch.model.checkpoint.NewCheckpoint;
import org.stfbatch.model.checkpoint.NewCheckpoint.Vocabulary;
import org.stfbatch.prompt.LlamaTokenizer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code model new}: creates a checkpoint for training. */
@Command(
    name = "new",
    description = {
      "Creates a checkpoint for training.",
      "Either all weights are random, or only those of the fusion modules, with vision tower and language model from --from."
    },
    footer = {
      "  stf-batch model new --from llava-v1.5-7b --fusion mbtf+stf --out llava-stf-7b",
      "  stf-batch model new --tokenizer tokenizer --width 256 --layers 4 --out small"
    })
final class ModelNewCommand implements Callable<Integer> {
  private static final List<String> TOKENIZERS = List.of("tokenizer.model", "tokenizer.json");

  private static final List<String> SIZES =
      List.of(
          "--vision-width",
          "--vision-blocks",
          "--vision-heads",
          "--image-size",
          "--width",
          "--inner",
          "--layers",
          "--heads",
          "--positions");

  private final Stores stores;

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The new checkpoint's folder.")
  private Path out;

  @ArgGroup(multiplicity = "1")
  private Origin origin;

  @Option(
      names = "--fusion",
      defaultValue = "mbtf+stf",
      paramLabel = "VARIANT",
      description =
          "The token fusion: mbtf+stf (as released), mbtf+stf-paper (the paper's Table 1), stf, mbtf, avgpool, tokenconcat, tokenpacker, llava-mini or plain; stf and mbtf+stf also with kernel and tokens, such as stf:k4e8; tokenpacker with its scale factor, such as tokenpacker:s3; llava-mini with compressor size and pre-fusion layers, such as llava-mini:c2p4. Default: ${DEFAULT-VALUE}")
  private String fusion;

  @Option(
      names = "--seed",
      defaultValue = "42",
      paramLabel = "S",
      description = "Random seed of the new weights. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--vision-width",
      defaultValue = "128",
      paramLabel = "N",
      description = "Width of the vision tower. Default: ${DEFAULT-VALUE}")
  private int visionWidth;

  @Option(
      names = "--vision-blocks",
      defaultValue = "8",
      paramLabel = "N",
      description = "Layers of the vision tower. Default: ${DEFAULT-VALUE}")
  private int visionBlocks;

  @Option(
      names = "--vision-heads",
      defaultValue = "4",
      paramLabel = "N",
      description = "Attention heads of the vision tower. Default: ${DEFAULT-VALUE}")
  private int visionHeads;

  @Option(
      names = "--image-size",
      defaultValue = "336",
      paramLabel = "PIXELS",
      description = "Side of the images in patches of 14 pixels. Default: ${DEFAULT-VALUE}")
  private int imageSize;

  @Option(
      names = "--width",
      defaultValue = "256",
      paramLabel = "N",
      description = "Width (hidden size) of the language model. Default: ${DEFAULT-VALUE}")
  private int width;

  @Option(
      names = "--inner",
      defaultValue = "704",
      paramLabel = "N",
      description = "Inner width of its MLPs (intermediate size). Default: ${DEFAULT-VALUE}")
  private int inner;

  @Option(
      names = "--layers",
      defaultValue = "6",
      paramLabel = "N",
      description = "Layers of the language model. Default: ${DEFAULT-VALUE}")
  private int layers;

  @Option(
      names = "--heads",
      defaultValue = "8",
      paramLabel = "N",
      description = "Attention heads of the language model. Default: ${DEFAULT-VALUE}")
  private int heads;

  @Option(
      names = "--positions",
      defaultValue = "1024",
      paramLabel = "N",
      description = "Maximum sequence length, including vision tokens. Default: ${DEFAULT-VALUE}")
  private int positions;

  /** The source of what is not new. */
  static final class Origin {
    @Option(
        names = "--tokenizer",
        required = true,
        paramLabel = "DIR",
        description =
            "The folder of the tokenizer (tokenizer.model or tokenizer.json); all weights are random.")
    private Path tokenizer;

    @Option(
        names = "--from",
        required = true,
        paramLabel = "DIR",
        description =
            "The checkpoint that provides vision tower, language model, tokenizer and sizes.")
    private Path from;
  }

  ModelNewCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
      throw new InputException(out + " already exists: give another --out");
    }
    new OutputPaths()
        .keepsOutOf("the program's store", stores.serverFolders())
        .reads("--from", origin.from)
        .reads("--tokenizer", origin.tokenizer)
        .writesInto("--out", out)
        .check();
    checkpoint(FusionVariant.named(fusion)).write(out);
    CheckpointSummary summary = CheckpointSummary.of(LlavaCheckpoint.open(out, Optional.empty()));
    System.out.print(summary.toText());
    return 0;
  }

  private NewCheckpoint checkpoint(FusionVariant variant) {
    if (origin.from != null) {
      requireNoSizes();
      return NewCheckpoint.withProjectors(
          LlavaCheckpoint.open(origin.from, Optional.empty()), variant, seed);
    }
    ModelSizes sizes =
        new ModelSizes(
            visionWidth,
            visionBlocks,
            visionHeads,
            imageSize,
            width,
            inner,
            layers,
            heads,
            positions);
    return NewCheckpoint.ofSizes(sizes, origin.tokenizer, vocabulary(), variant, seed);
  }

  private void requireNoSizes() {
    SIZES.stream()
        .filter(spec.commandLine().getParseResult()::hasMatchedOption)
        .findFirst()
        .ifPresent(
            size -> {
              throw new IllegalArgumentException(
                  "%s does not go with --from, whose checkpoint has its own sizes: leave %s out"
                      .formatted(size, size));
            });
  }

  private Vocabulary vocabulary() {
    if (TOKENIZERS.stream().noneMatch(name -> Files.exists(origin.tokenizer.resolve(name)))) {
      throw new InputException(
          "%s holds no %s: give its folder with --tokenizer"
              .formatted(origin.tokenizer, String.join(" and no ", TOKENIZERS)));
    }
    try (LlamaTokenizer tokenizer = LlamaTokenizer.open(origin.tokenizer)) {
      return new Vocabulary(tokenizer.vocabSize(), tokenizer.bosTokenId(), tokenizer.eosTokenId());
    }
  }
}
