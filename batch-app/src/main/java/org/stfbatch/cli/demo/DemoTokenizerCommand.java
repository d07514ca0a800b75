package org.stfbatch.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.vocabulary.TokenizerFiles;
import org.stfbatch.vocabulary.Vocabulary;
import org.stfbatch.vocabulary.VocabularyLearner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo-tokenizer}: trains a tokenizer. */
@Command(
    name = "demo-tokenizer",
    description = {"Trains a tokenizer on LLaVA's training JSON and writes it for a checkpoint."},
    footer = {
      "  stf-batch demo-tokenizer --data demo/finetune.json --out tokenizer",
      "  stf-batch demo-tokenizer --data demo/finetune.json --out tokenizer --pieces 800"
    })
public final class DemoTokenizerCommand implements Callable<Integer> {
  private static final String IMAGE = "<image>";
  private static final String END = "</s>";

  private final Stores stores;

  @Option(
      names = "--data",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "Training JSON with conversations, such as finetune.json and pretrain.json.")
  private List<Path> data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder of the checkpoint; its tokenizer files are replaced.")
  private Path out;

  @Option(
      names = "--pieces",
      defaultValue = "768",
      paramLabel = "N",
      description = "Maximum size of the vocabulary. Default: ${DEFAULT-VALUE}")
  private int pieces;

  @Option(
      names = "--max-length",
      defaultValue = "2048",
      paramLabel = "N",
      description = "Maximum sequence length of the model in tokens. Default: ${DEFAULT-VALUE}")
  private int maxLength;

  DemoTokenizerCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException {
    OutputPaths paths =
        new OutputPaths()
            .keepsOutOf("the program's store", stores.serverFolders())
            .writesInto("--out", out);
    if (Files.isDirectory(out)) {
      TokenizerFiles.NAMES.forEach(name -> paths.writes("--out", out.resolve(name)));
    }
    data.forEach(file -> paths.reads("--data", file));
    paths.check();
    VocabularyLearner learner = new VocabularyLearner();
    for (Path file : data) {
      ConversationFile.read(file, turns -> add(turns, learner));
    }
    Vocabulary vocabulary = learner.learn(pieces);
    TokenizerFiles.write(vocabulary, out, maxLength);
    System.out.printf("%s: a tokenizer of %d pieces%n", out, vocabulary.size());
    return 0;
  }

  /** Adds a conversation as the model reads it: the texts around images are encoded separately. */
  private static void add(List<String> turns, VocabularyLearner learner) {
    String prompt = ConversationTemplate.VICUNA_V1.prompt(turns);
    for (String text : prompt.split(IMAGE)) {
      // Text after the end token has no leading space.
      learner.add(text.replace(END, "\n"));
    }
  }
}
