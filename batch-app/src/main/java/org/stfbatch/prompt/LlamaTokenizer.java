package org.stfbatch.prompt;

import ai.djl.engine.EngineException;
import ai.djl.sentencepiece.SpTokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
import org.stfbatch.file.LfsPointer;

/**
 * SentencePiece tokenizer of LLaMA that behaves exactly like the slow {@code LlamaTokenizer} of
 * Hugging Face transformers 4.39, which LLaVA uses.
 *
 * <p>Thread safe. It owns native memory: close it after the last use; later calls fail.
 */
public final class LlamaTokenizer implements AutoCloseable {

  /** The id that marks the position of an image among the token ids of a prompt. */
  public static final int IMAGE_TOKEN_INDEX = -200;

  private static final String MODEL_FILE = "tokenizer.model";
  private static final String JSON_FILE = "tokenizer.json";
  private static final char SPACE_SYMBOL = '\u2581';
  private static final String UNKNOWN_ID_TEXT = "\uFFFD";

  /** Texts up to this length are always encoded: that needs little memory. */
  private static final int ALWAYS_ENCODED_CHARACTERS = 1 << 16;

  private final SentencePieceModel model;
  private final TokenizerSettings settings;
  private final TokenTable tokens;
  private final SentencePieceDecoder decoder;
  private final SpTokenizer sentencePiece;
  private final int unknownTokenLength;

  /** Using the native processor after it was freed would crash the process. */
  private final ReadWriteLock nativeUse = new ReentrantReadWriteLock();

  private boolean closed;

  private LlamaTokenizer(
      SentencePieceModel model, TokenizerSettings settings, SpTokenizer sentencePiece, int rows) {
    this.model = model;
    this.settings = settings;
    this.sentencePiece = sentencePiece;
    this.tokens = new TokenTable(model, settings, rows);
    this.decoder = new SentencePieceDecoder(model, settings.legacy() && model.addDummyPrefix());
    this.unknownTokenLength = settings.legacy() ? 0 : pieces(settings.unknownToken()).length;
  }

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
    if (Files.isRegularFile(checkpointDir.resolve(MODEL_FILE))) {
      return openModel(checkpointDir, rows);
    }
    if (Files.isRegularFile(checkpointDir.resolve(JSON_FILE))) {
      return openJson(checkpointDir, rows);
    }
    throw new TokenizerException(
        "%s holds no %s and no %s: copy it from the original checkpoint"
            .formatted(checkpointDir, MODEL_FILE, JSON_FILE));
  }

  private static LlamaTokenizer openModel(Path checkpointDir, int rows) {
    Path file = checkpointDir.resolve(MODEL_FILE);
    try {
      requireContent(file);
      byte[] model = Files.readAllBytes(file);
      TokenizerSettings settings =
          TokenizerSettings.read(checkpointDir, new ObjectMapper(), true, Map.of());
      return of(file, model, settings, rows);
    } catch (IOException | EngineException e) {
      throw new TokenizerException(
          "%s is not a SentencePiece model (%s): copy it from the original checkpoint again"
              .formatted(file, firstLine(e)),
          e);
    }
  }

  private static LlamaTokenizer openJson(Path checkpointDir, int rows) {
    Path file = checkpointDir.resolve(JSON_FILE);
    ObjectMapper mapper = new ObjectMapper();
    try {
      requireContent(file);
      TokenizerJson json = TokenizerJson.read(file, mapper);
      TokenizerSettings settings =
          TokenizerSettings.read(checkpointDir, mapper, json.legacy(), json.added());
      return of(file, json.model(), settings, rows);
    } catch (IOException | EngineException e) {
      throw new TokenizerException(
          "%s cannot be read (%s): copy it from the original checkpoint again"
              .formatted(file, firstLine(e)),
          e);
    }
  }

  private static void requireContent(Path file) throws IOException {
    if (LfsPointer.is(file)) {
      throw new TokenizerException(LfsPointer.complaint(file));
    }
  }

  private static LlamaTokenizer of(Path file, byte[] bytes, TokenizerSettings settings, int rows)
      throws IOException {
    SentencePieceModel model = SentencePieceModel.parse(bytes);
    if (model.size() > rows) {
      throw new TokenizerException(
          "%s has %d pieces, but the model has rows for %d: give the tokenizer that belongs to the model"
              .formatted(file, model.size(), rows));
    }
    byte[] encoder = settings.legacy() ? bytes : SentencePieceModel.withoutDummyPrefix(bytes);
    return new LlamaTokenizer(model, settings, new SpTokenizer(encoder), rows);
  }

  private static String firstLine(Exception e) {
    return e.getMessage() == null
        ? e.getClass().getSimpleName()
        : e.getMessage().lines().findFirst().orElse("");
  }

  /**
   * Encodes a text, with BOS and EOS as the checkpoint configures them. Special tokens written in
   * the text become their ids.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds an unpaired
   *     surrogate
   */
  public int[] encode(String text) {
    IntStream bos = settings.addBosToken() ? IntStream.of(bosTokenId()) : IntStream.empty();
    IntStream eos = settings.addEosToken() ? IntStream.of(eosTokenId()) : IntStream.empty();
    return IntStream.concat(IntStream.concat(bos, Arrays.stream(encodeWithoutSpecial(text))), eos)
        .toArray();
  }

  /**
   * Encodes a text without BOS and EOS.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds an unpaired
   *     surrogate
   */
  public int[] encodeWithoutSpecial(String text) {
    requireWellFormed(text);
    if (text.isEmpty()) {
      return new int[0];
    }
    if (settings.legacy()) {
      return encodeParts(text);
    }
    String spaced = text.replace(SPACE_SYMBOL, ' ');
    return withoutLoneSpace(
        encodeParts(settings.addPrefixSpace() ? SPACE_SYMBOL + spaced : spaced));
  }

  /**
   * Encodes a text that continues another one after a space, as an answer continues its prompt in
   * training.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds an unpaired
   *     surrogate
   */
  public int[] encodeContinuation(String text) {
    boolean spaceOfItsOwn = settings.legacy() || settings.addPrefixSpace();
    return encodeWithoutSpecial(spaceOfItsOwn ? text : " " + text);
  }

  /**
   * Encodes a prompt with {@link #IMAGE_TOKEN_INDEX} for every {@code <image>} in it. The texts
   * between the markers are encoded separately and only the first keeps its BOS, as in LLaVA's
   * {@code tokenizer_image_token}.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds an unpaired
   *     surrogate
   */
  public int[] encodeWithImages(String prompt) {
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
   * Decodes token ids. The text is not stripped; use {@link PythonText#strip}. An id without a
   * token becomes U+FFFD: a model can produce one if it has more rows than the tokenizer has
   * pieces.
   *
   * @param skipSpecialTokens whether BOS, EOS and other special tokens are left out
   * @throws IllegalArgumentException for a negative id, such as {@link #IMAGE_TOKEN_INDEX}
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    List<String> texts = new ArrayList<>();
    List<String> run = new ArrayList<>();
    for (int id : ids) {
      if (id < 0) {
        throw new IllegalArgumentException("the id " + id + " is no token");
      }
      if (skipSpecialTokens && tokens.isSpecialId(id)) {
        continue;
      }
      String token = tokens.textOf(id);
      if (token != null && tokens.standsAlone(token)) {
        if (!run.isEmpty()) {
          String text = runText(run);
          run.clear();
          if (!text.isEmpty()) {
            texts.add(text);
          }
        }
        texts.add(token);
      } else {
        run.add(token == null ? UNKNOWN_ID_TEXT : token);
      }
    }
    if (!run.isEmpty()) {
      texts.add(runText(run));
    }
    String text = String.join(" ", texts);
    return settings.cleanUpSpaces() ? cleanUp(text) : text;
  }

  /** Returns the id that begins every prompt. */
  public int bosTokenId() {
    return tokens.idOf(settings.bosToken());
  }

  /** Returns the id with which the model ends an answer. */
  public int eosTokenId() {
    return tokens.idOf(settings.eosToken());
  }

  /** Returns the id of the unknown token, which also serves as padding. */
  public int unknownTokenId() {
    return tokens.idOf(settings.unknownToken());
  }

  /**
   * Whether every piece of text between special tokens gets SentencePiece's leading space, as in
   * transformers before 2023.
   */
  public boolean isLegacy() {
    return settings.legacy();
  }

  /**
   * Returns the number of characters (UTF-16 units) above which a text certainly has more than
   * {@code tokenLimit} tokens, from the length of the longest token. Check it before encoding:
   * encoding needs a few hundred bytes of native memory per character.
   */
  public int mostCharacters(int tokenLimit) {
    long most = (long) tokenLimit * tokens.longest();
    return (int) Math.min(Integer.MAX_VALUE, Math.max(ALWAYS_ENCODED_CHARACTERS, most));
  }

  /** Returns the number of pieces in the vocabulary; ids of added tokens may be higher. */
  public int vocabSize() {
    return model.size();
  }

  /** Whether decoding leaves out the id when special tokens are skipped. */
  public boolean isSpecial(int id) {
    return tokens.isSpecialId(id);
  }

  @Override
  public void close() {
    nativeUse.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        sentencePiece.close();
      }
    } finally {
      nativeUse.writeLock().unlock();
    }
  }

  private int[] encodeParts(String text) {
    List<String> parts = new ArrayList<>(tokens.split(text));
    for (int i = 0; i < parts.size(); i++) {
      AddedToken token = tokens.added(parts.get(i));
      if (token != null) {
        applyStripping(parts, i, token);
      }
    }
    return parts.stream()
        .filter(part -> !part.isEmpty())
        .flatMapToInt(
            part ->
                tokens.added(part) == null
                    ? Arrays.stream(encodeText(part))
                    : IntStream.of(tokens.idOf(part)))
        .toArray();
  }

  private static void applyStripping(List<String> parts, int i, AddedToken token) {
    String left = i > 0 ? parts.get(i - 1) : "";
    String right = i < parts.size() - 1 ? parts.get(i + 1) : "";
    if (token.stripsRight() && !right.isEmpty()) {
      parts.set(i + 1, PythonText.stripLeading(right));
    }
    if (token.stripsLeft() && !left.isEmpty()) {
      parts.set(i - 1, PythonText.stripTrailing(left));
    }
    if (token.singleWord() && !left.isEmpty() && !left.endsWith(" ")) {
      parts.set(i - 1, parts.get(i - 1) + token.content());
      parts.set(i, "");
    } else if (token.singleWord() && !right.isEmpty() && !right.startsWith(" ")) {
      parts.set(i + 1, token.content() + parts.get(i + 1));
      parts.set(i, "");
    }
  }

  /**
   * Without legacy behaviour, SentencePiece adds no space of its own but may strip a leading one.
   * Therefore a text with a leading space is encoded after the text of the unknown token, whose ids
   * are then removed.
   */
  private int[] encodeText(String text) {
    boolean leadingSpace = text.charAt(0) == SPACE_SYMBOL || text.charAt(0) == ' ';
    if (settings.legacy() || !leadingSpace) {
      return pieces(text);
    }
    int[] ids = pieces(settings.unknownToken() + text);
    return ids.length >= unknownTokenLength
        ? Arrays.copyOfRange(ids, unknownTokenLength, ids.length)
        : ids;
  }

  private int[] withoutLoneSpace(int[] ids) {
    Integer space = model.idOf(String.valueOf(SPACE_SYMBOL));
    boolean lone = space != null && ids.length > 1 && ids[0] == space && tokens.isSpecialId(ids[1]);
    return lone ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
  }

  private int[] pieces(String text) {
    nativeUse.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer is closed");
      }
      return sentencePiece.getProcessor().encode(text);
    } finally {
      nativeUse.readLock().unlock();
    }
  }

  private static void requireWellFormed(String text) {
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

  /** Decodes a run of tokens that no added token interrupts; modifies the list. */
  private String runText(List<String> run) {
    String first = run.get(0);
    if (settings.addPrefixSpace() && !first.isEmpty() && first.charAt(0) == SPACE_SYMBOL) {
      run.set(0, first.substring(1));
    }
    StringBuilder text = new StringBuilder();
    List<String> segment = new ArrayList<>();
    boolean previousSpecial = false;
    for (int i = 0; i < run.size(); i++) {
      String token = run.get(i);
      if (!tokens.isSpecial(token)) {
        segment.add(token);
        previousSpecial = false;
        continue;
      }
      if (settings.legacy() && !previousSpecial && i > 0) {
        text.append(' ');
      }
      text.append(decoder.decode(segment)).append(token);
      segment.clear();
      previousSpecial = true;
    }
    return text.append(decoder.decode(segment)).toString();
  }

  /** Applies the replacements of transformers' {@code clean_up_tokenization}, in its order. */
  private static String cleanUp(String text) {
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
