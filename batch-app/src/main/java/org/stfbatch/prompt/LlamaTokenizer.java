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
 * LLaMA's SentencePiece tokenizer with the exact behaviour of the slow {@code LlamaTokenizer} of
 * Hugging Face transformers 4.39, which LLaVA uses.
 *
 * <p>Thread safe. It owns native memory: close it when the last user is done; calls after that
 * fail.
 */
public final class LlamaTokenizer implements AutoCloseable {

  /** The id that marks the place of an image between the ids of the text. */
  public static final int IMAGE_TOKEN_INDEX = -200;

  private static final String MODEL_FILE = "tokenizer.model";
  private static final String JSON_FILE = "tokenizer.json";
  private static final char SPACE_SYMBOL = '\u2581';
  private static final String UNKNOWN_ID_TEXT = "\uFFFD";

  /** Texts up to this length are always encoded: it costs no more than a megabyte. */
  private static final int ALWAYS_ENCODED_CHARACTERS = 1 << 16;

  private final SentencePieceModel model;
  private final TokenizerSettings settings;
  private final TokenTable tokens;
  private final SentencePieceDecoder decoder;
  private final SpTokenizer sentencePiece;
  private final int unknownTokenLength;

  /** The native processor crashes the process when it is used after it was freed. */
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
   * Opens the tokenizer of a checkpoint folder, with all tokens that its files name.
   *
   * @throws TokenizerException as {@link #open(Path, int)}
   */
  public static LlamaTokenizer open(Path checkpointDir) {
    return open(checkpointDir, Integer.MAX_VALUE);
  }

  /**
   * Opens the tokenizer of a checkpoint folder: {@code tokenizer.model}, or {@code tokenizer.json}
   * if that is absent, and what there is of {@code tokenizer_config.json}, {@code
   * special_tokens_map.json} and {@code added_tokens.json}. Added tokens with ids from {@code rows}
   * on are left out, so that their texts are encoded as any other: transformers adds {@code
   * <image>} and {@code <pad>} to LLaVA-1.5, which the authors' tokenizer does not have.
   *
   * @param rows of the model's embedding
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
   * The ids of a text, with BOS (and EOS) as the checkpoint configures. Special tokens written in
   * the text become their ids.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds half a
   *     surrogate pair
   */
  public int[] encode(String text) {
    IntStream bos = settings.addBosToken() ? IntStream.of(bosTokenId()) : IntStream.empty();
    IntStream eos = settings.addEosToken() ? IntStream.of(eosTokenId()) : IntStream.empty();
    return IntStream.concat(IntStream.concat(bos, Arrays.stream(encodeWithoutSpecial(text))), eos)
        .toArray();
  }

  /**
   * The ids of a text without BOS and EOS around it.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds half a
   *     surrogate pair
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
   * The ids of a text that follows another one after a space, as an answer follows its prompt in
   * training.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds half a
   *     surrogate pair
   */
  public int[] encodeContinuation(String text) {
    boolean spaceOfItsOwn = settings.legacy() || settings.addPrefixSpace();
    return encodeWithoutSpecial(spaceOfItsOwn ? text : " " + text);
  }

  /**
   * The ids of a prompt with {@link #IMAGE_TOKEN_INDEX} for every {@code <image>} in it. The texts
   * around the markers are encoded one by one and BOS is kept only at the start, as LLaVA's {@code
   * tokenizer_image_token} does.
   *
   * @throws PromptException {@link PromptErrorCode#PROMPT_INVALID} if the text holds half a
   *     surrogate pair
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
   * The text of ids, not stripped ({@link PythonText#strip} does that). An id that no token has,
   * which a model with more rows than the tokenizer has pieces can produce, becomes U+FFFD.
   *
   * @param skipSpecialTokens whether BOS, EOS and the like are left out or written
   * @throws IllegalArgumentException for a negative id, such as an image's
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

  /** The id that begins every prompt. */
  public int bosTokenId() {
    return tokens.idOf(settings.bosToken());
  }

  /** The id with which the model ends an answer. */
  public int eosTokenId() {
    return tokens.idOf(settings.eosToken());
  }

  /** The id of what no piece stands for; it also serves as padding. */
  public int unknownTokenId() {
    return tokens.idOf(settings.unknownToken());
  }

  /**
   * Whether every piece of text between special tokens gets SentencePiece's leading space, as
   * before 2023.
   */
  public boolean isLegacy() {
    return settings.legacy();
  }

  /**
   * A bound in characters (UTF-16 units) above which a text has more than so many tokens: none is
   * longer than the longest one. To be asked before a text is encoded, because encoding takes
   * native memory of a few hundred bytes a character.
   */
  public int mostCharacters(int tokenLimit) {
    long most = (long) tokenLimit * tokens.longest();
    return (int) Math.min(Integer.MAX_VALUE, Math.max(ALWAYS_ENCODED_CHARACTERS, most));
  }

  /** The number of the vocabulary's pieces; ids of added tokens may lie above it. */
  public int vocabSize() {
    return model.size();
  }

  /** Whether decoding leaves the id out when special tokens are skipped. */
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
   * When not legacy, SentencePiece adds no space of its own but may strip one that is there: so a
   * text with a leading space is encoded behind the unknown token's text, whose ids are then cut
   * off.
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
            "the prompt is not valid Unicode: half a surrogate pair (U+%04X) at position %d"
                .formatted((int) c, i));
      }
      i++;
    }
  }

  /** The text of tokens between two that stand alone; the list is used up. */
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

  /** The replacements of transformers' {@code clean_up_tokenization}, in its order. */
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
