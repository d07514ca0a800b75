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

/** Learns a tokenizer from training data. */
@Command(
    name = "demo-tokenizer",
    description = {"Learns a tokenizer from LLaVA's training JSON and writes it for a checkpoint."},
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
      description = "The checkpoint's folder; its tokenizer files are replaced.")
  private Path out;

  @Option(
      names = "--pieces",
      defaultValue = "768",
      paramLabel = "N",
      description = "Size of the vocabulary at most. Default: ${DEFAULT-VALUE}")
  private int pieces;

  @Option(
      names = "--max-length",
      defaultValue = "2048",
      paramLabel = "N",
      description = "The most tokens that the model will take. Default: ${DEFAULT-VALUE}")
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

  /** The conversation as the model will read it: the texts around images are encoded one by one. */
  private static void add(List<String> turns, VocabularyLearner learner) {
    String prompt = ConversationTemplate.VICUNA_V1.prompt(turns);
    for (String text : prompt.split(IMAGE)) {
      // No space comes before what follows the end token.
      learner.add(text.replace(END, "\n"));
    }
  }
}
