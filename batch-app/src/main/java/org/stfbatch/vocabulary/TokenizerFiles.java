package org.stfbatch.vocabulary;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.stfbatch.file.WholeFile;
import org.stfbatch.prompt.SentencePieceBuilder;

/** Writes the tokenizer files of a checkpoint folder in the form of Hugging Face's LLaMA. */
public final class TokenizerFiles {
  private static final String MODEL = "tokenizer.model";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL_TOKENS = "special_tokens_map.json";
  private static final String GENERATION = "generation_config.json";

  /** Names of the files that are written. */
  public static final List<String> NAMES = List.of(MODEL, CONFIG, SPECIAL_TOKENS, GENERATION);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BOS = "<s>";
  private static final String EOS = "</s>";

  private TokenizerFiles() {}

  /**
   * Writes {@code tokenizer.model}, {@code tokenizer_config.json}, {@code special_tokens_map.json}
   * and {@code generation_config.json} into a folder, which is created if needed; existing files
   * are replaced.
   *
   * @param maxLength most tokens that the model accepts
   */
  public static void write(Vocabulary vocabulary, Path dir, int maxLength) throws IOException {
    Files.createDirectories(dir);
    byte[] model = model(vocabulary);
    WholeFile.write(dir.resolve(MODEL), out -> out.write(model));
    write(dir.resolve(CONFIG), tokenizerConfig(maxLength));
    write(dir.resolve(SPECIAL_TOKENS), specialTokens());
    write(dir.resolve(GENERATION), generationConfig(maxLength));
  }

  /** Scores decrease with the precedence of the pieces. */
  private static byte[] model(Vocabulary vocabulary) {
    SentencePieceBuilder model = new SentencePieceBuilder().unknown(Vocabulary.UNKNOWN);
    Vocabulary.CONTROL.forEach(model::control);
    Vocabulary.bytes().forEach(model::bytePiece);
    for (int rank = 0; rank < vocabulary.texts().size(); rank++) {
      model.normal(vocabulary.texts().get(rank), -rank);
    }
    return model.build();
  }

  private static ObjectNode tokenizerConfig(int maxLength) {
    ObjectNode config = JSON.createObjectNode();
    config.put("add_bos_token", true).put("add_eos_token", false);
    config.set("bos_token", typed(BOS));
    config.put("clean_up_tokenization_spaces", false);
    config.set("eos_token", typed(EOS));
    // A round of a conversation must have the same tokens alone and within the conversation:
    // LLaVA's masking of questions relies on it.
    config.put("legacy", true);
    config.put("model_max_length", maxLength);
    config.putNull("pad_token");
    config.put("padding_side", "right");
    config.putObject("sp_model_kwargs");
    config.put("tokenizer_class", "LlamaTokenizer");
    config.set("unk_token", typed(Vocabulary.UNKNOWN));
    return config;
  }

  private static ObjectNode specialTokens() {
    ObjectNode map = JSON.createObjectNode();
    map.set("bos_token", token(BOS));
    map.set("eos_token", token(EOS));
    map.put("pad_token", Vocabulary.UNKNOWN);
    map.set("unk_token", token(Vocabulary.UNKNOWN));
    return map;
  }

  private static ObjectNode generationConfig(int maxLength) {
    ObjectNode config = JSON.createObjectNode();
    return config
        .put("bos_token_id", 1)
        .put("eos_token_id", 2)
        .put("max_length", maxLength)
        .put("pad_token_id", 0);
  }

  private static ObjectNode typed(String content) {
    ObjectNode token = JSON.createObjectNode().put("__type", "AddedToken");
    token.setAll(token(content));
    return token;
  }

  private static ObjectNode token(String content) {
    return JSON.createObjectNode()
        .put("content", content)
        .put("lstrip", false)
        .put("normalized", false)
        .put("rstrip", false)
        .put("single_word", false);
  }

  private static void write(Path file, ObjectNode content) throws IOException {
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
    WholeFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
