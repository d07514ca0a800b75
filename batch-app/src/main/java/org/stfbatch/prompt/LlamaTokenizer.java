package org.stfbatch.prompt;

import ai.djl.engine.EngineException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.stfbatch.file.LfsPointer;

/**
 * Tokenizer of a LLaMA model that encodes and decodes exactly like Hugging Face transformers:
 * SentencePiece for LLaMA 1 and 2, byte-level BPE for Llama 3.
 *
 * <p>Thread safe. It owns native memory: close it after the last use; later calls fail.
 */
public abstract sealed class LlamaTokenizer implements AutoCloseable
    permits SentencePieceTokenizer, ByteLevelTokenizer {

  /** The id that marks the position of an image among the token ids of a prompt. */
  public static final int IMAGE_TOKEN_INDEX = -200;

  private static final String MODEL_FILE = "tokenizer.model";
  private static final String JSON_FILE = "tokenizer.json";

  /** Texts up to this length are always encoded: that needs little memory. */
  private static final int ALWAYS_ENCODED_CHARACTERS = 1 << 16;

  /**
   * Opens the tokenizer of a checkpoint folder with all tokens that its files name.
   *
   * @throws TokenizerException as {@link #open(Path, int)}
   */
  public static LlamaTokenizer open(Path checkpointDir) {
    return open(checkpointDir, Integer.MAX_VALUE);
  }

  /**
   * Opens the tokenizer of a checkpoint folder: {@code tokenizer.model}, or {@code tokenizer.json}
   * if that is absent, and, where present, {@code tokenizer_config.json}, {@code
   * special_tokens_map.json} and {@code added_tokens.json}. Added tokens with ids of {@code rows}
   * or more are left out, and their texts are encoded like any other: transformers adds {@code
   * <image>} and {@code <pad>} to LLaVA-1.5, which the authors' tokenizer does not have.
   *
   * @param rows number of rows of the model's embedding
   * @throws TokenizerException if there is no tokenizer, a file cannot be read or used, or the
   *     vocabulary has more pieces than the model has rows
   */
  public static LlamaTokenizer open(Path checkpointDir, int rows) {
    Path model = checkpointDir.resolve(MODEL_FILE);
    if (Files.isRegularFile(model)) {
      return SentencePieceTokenizer.ofModel(checkpointDir, model, rows);
    }
    Path json = checkpointDir.resolve(JSON_FILE);
    if (Files.isRegularFile(json)) {
      return ofJson(checkpointDir, json, rows);
    }
    throw new TokenizerException(
        "%s holds no %s and no %s: copy it from the original checkpoint"
            .formatted(checkpointDir, MODEL_FILE, JSON_FILE));
  }

  private static LlamaTokenizer ofJson(Path checkpointDir, Path file, int rows) {
    try {
      requireContent(file);
      ObjectMapper mapper = new ObjectMapper();
      TokenizerJson json = TokenizerJson.read(checkpointDir, file, mapper);
      return json.isByteLevel()
          ? ByteLevelTokenizer.of(json, rows, mapper)
          : SentencePieceTokenizer.ofJson(json, rows, mapper);
    } catch (IOException | EngineException e) {
      throw new TokenizerException(
          "%s cannot be read (%s): copy it from the original checkpoint again"
              .formatted(file, firstLine(e)),
          e);
    }
  }

  static void requireContent(Path file) throws IOException {
    if (LfsPointer.is(file)) {
      throw new TokenizerException(LfsPointer.complaint(file));
    }
  }

  static String firstLine(Exception e) {
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getMessage().lines().findFirst().orElse("");
  }

  static void requireRows(Path file, int pieces, int rows) {
    if (pieces > rows) {
      throw new TokenizerException(
          "%s has %d pieces, but the model has rows for %d: give the tokenizer that belongs to the model"
              .formatted(file, pieces, rows));
    }
  }

  /**
   * Encodes a text, with BOS and EOS as the checkpoint configures them. Special tokens written in
   * the text become their ids.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds an unpaired
   *     surrogate
   */
  public abstract int[] encode(String text);

  /**
   * Encodes a text without BOS and EOS.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds an unpaired
   *     surrogate
   */
  public abstract int[] encodeWithoutSpecial(String text);

  /**
   * Encodes a text that continues a prompt, as an answer does in training.
   *
   * @param afterLineFeed whether the prompt ends with a line feed, after which the text begins
   *     without a space; SentencePiece puts a space before it in either case
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds an unpaired
   *     surrogate
   */
  public abstract int[] encodeContinuation(String text, boolean afterLineFeed);

  /**
   * Decodes token ids. The text is not stripped; use {@link PythonText#strip}. An id without a
   * token becomes U+FFFD: a model can produce one if it has more rows than the tokenizer has
   * pieces.
   *
   * @param skipSpecialTokens whether BOS, EOS and other special tokens are left out
   * @throws IllegalArgumentException for a negative id, such as {@link #IMAGE_TOKEN_INDEX}
   */
  public abstract String decode(int[] ids, boolean skipSpecialTokens);

  /** Returns the id that begins every prompt. */
  public abstract int bosTokenId();

  /** Returns the id with which the model ends an answer. */
  public abstract int eosTokenId();

  /**
   * Returns the id of the unknown token, which also serves as padding.
   *
   * @throws UnsupportedOperationException without {@link #isSentencePiece}: every text has tokens
   */
  public abstract int unknownTokenId();

  /** Whether this is a tokenizer of LLaMA 1 and 2. */
  public abstract boolean isSentencePiece();

  /**
   * Whether every piece of text between special tokens gets SentencePiece's leading space, as in
   * transformers before 2023.
   */
  public abstract boolean isLegacy();

  /** Returns the number of pieces in the vocabulary; ids of added tokens may be higher. */
  public abstract int vocabSize();

  /** Whether decoding leaves out the id when special tokens are skipped. */
  public abstract boolean isSpecial(int id);

  @Override
  public abstract void close();

  /** Returns the length of the longest token in characters. */
  abstract int longestToken();

  /**
   * Encodes a prompt with {@link #IMAGE_TOKEN_INDEX} for every {@code <image>} in it. The texts
   * between the markers are encoded separately and only the first keeps its BOS, as in LLaVA's
   * {@code tokenizer_image_token}.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds an unpaired
   *     surrogate
   */
  public final int[] encodeWithImages(String prompt) {
    IntStream.Builder ids = IntStream.builder();
    String[] texts = prompt.split(ImagePrompt.MARKER, -1);
    int[] first = encode(texts[0]);
    Arrays.stream(first).forEach(ids::add);
    int skipped = first.length > 0 && first[0] == bosTokenId() ? 1 : 0;
    for (String text : Arrays.asList(texts).subList(1, texts.length)) {
      ids.add(IMAGE_TOKEN_INDEX);
      Arrays.stream(encode(text)).skip(skipped).forEach(ids::add);
    }
    return ids.build().toArray();
  }

  /**
   * Returns the number of characters (UTF-16 units) above which a text certainly has more than
   * {@code tokenLimit} tokens, from the length of the longest token. Check it before encoding:
   * encoding needs a few hundred bytes of native memory per character.
   */
  public final int mostCharacters(int tokenLimit) {
    long most = (long) tokenLimit * longestToken();
    return (int) Math.min(Integer.MAX_VALUE, Math.max(ALWAYS_ENCODED_CHARACTERS, most));
  }

  static void requireWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (!pair) {
        throw new PromptException(
            PromptErrorCode.PROMPT_INVALID,
            "the prompt is not valid Unicode: an unpaired surrogate (U+%04X) at position %d"
                .formatted((int) c, i));
      }
      i++;
    }
  }

  /** Applies the replacements of transformers' {@code clean_up_tokenization}, in its order. */
  static String cleanUp(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }
}
