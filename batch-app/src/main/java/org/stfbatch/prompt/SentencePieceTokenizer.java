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
import java.util.stream.IntStream;

/**
 * SentencePiece tokenizer of LLaMA that behaves exactly like the slow {@code LlamaTokenizer} of
 * Hugging Face transformers 4.39, which LLaVA uses.
 */
final class SentencePieceTokenizer extends LlamaTokenizer {
  private static final char SPACE_SYMBOL = '\u2581';
  private static final String UNKNOWN_ID_TEXT = "\uFFFD";

  private final SentencePieceModel model;
  private final TokenizerSettings settings;
  private final TokenTable tokens;
  private final SentencePieceDecoder decoder;
  private final NativeTokenizer<SpTokenizer> sentencePiece;
  private final int unknownTokenLength;

  private SentencePieceTokenizer(
      SentencePieceModel model, TokenizerSettings settings, SpTokenizer sentencePiece, int rows) {
    this.model = model;
    this.settings = settings;
    this.sentencePiece = new NativeTokenizer<>(sentencePiece, SpTokenizer::close);
    this.tokens = new TokenTable(model, settings, rows);
    this.decoder = new SentencePieceDecoder(model, settings.legacy() && model.addDummyPrefix());
    this.unknownTokenLength = settings.legacy() ? 0 : pieces(settings.unknownToken()).length;
  }

  /**
   * Opens a {@code tokenizer.model} with the settings beside it.
   *
   * @throws TokenizerException as {@link LlamaTokenizer#open(Path, int)}
   */
  static SentencePieceTokenizer ofModel(Path checkpointDir, Path file, int rows) {
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

  /**
   * Opens the tokenizer of a {@code tokenizer.json} with the settings beside it.
   *
   * @throws TokenizerException as {@link LlamaTokenizer#open(Path, int)}
   */
  static SentencePieceTokenizer ofJson(TokenizerJson json, int rows, ObjectMapper mapper)
      throws IOException {
    SentencePieceJson pieces = SentencePieceJson.of(json);
    TokenizerSettings settings =
        TokenizerSettings.read(json.directory(), mapper, pieces.legacy(), pieces.added());
    return of(json.file(), pieces.model(), settings, rows);
  }

  private static SentencePieceTokenizer of(
      Path file, byte[] bytes, TokenizerSettings settings, int rows) throws IOException {
    SentencePieceModel model = SentencePieceModel.parse(bytes);
    requireRows(file, model.size(), rows);
    byte[] encoder = settings.legacy() ? bytes : SentencePieceModel.withoutDummyPrefix(bytes);
    return new SentencePieceTokenizer(model, settings, new SpTokenizer(encoder), rows);
  }

  @Override
  public int[] encode(String text) {
    IntStream bos = settings.addBosToken() ? IntStream.of(bosTokenId()) : IntStream.empty();
    IntStream eos = settings.addEosToken() ? IntStream.of(eosTokenId()) : IntStream.empty();
    return IntStream.concat(IntStream.concat(bos, Arrays.stream(encodeWithoutSpecial(text))), eos)
        .toArray();
  }

  @Override
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

  @Override
  public int[] encodeContinuation(String text, boolean afterLineFeed) {
    boolean spaceOfItsOwn = settings.legacy() || settings.addPrefixSpace();
    return encodeWithoutSpecial(spaceOfItsOwn ? text : " " + text);
  }

  @Override
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

  @Override
  public int bosTokenId() {
    return tokens.idOf(settings.bosToken());
  }

  @Override
  public int eosTokenId() {
    return tokens.idOf(settings.eosToken());
  }

  @Override
  public int unknownTokenId() {
    return tokens.idOf(settings.unknownToken());
  }

  @Override
  public boolean isLegacy() {
    return settings.legacy();
  }

  @Override
  public boolean isSentencePiece() {
    return true;
  }

  @Override
  int longestToken() {
    return tokens.longest();
  }

  @Override
  public int vocabSize() {
    return model.size();
  }

  @Override
  public boolean isSpecial(int id) {
    return tokens.isSpecialId(id);
  }

  @Override
  public void close() {
    sentencePiece.close();
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
    return sentencePiece.call(tokenizer -> tokenizer.getProcessor().encode(text));
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
}
