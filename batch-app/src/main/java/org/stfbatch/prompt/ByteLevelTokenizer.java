package org.stfbatch.prompt;

import static org.stfbatch.prompt.TokenizerSettings.CONFIG;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Byte-level BPE tokenizer of Llama 3, computed by Hugging Face's own library from {@code
 * tokenizer.json}, as in transformers' {@code PreTrainedTokenizerFast}.
 */
final class ByteLevelTokenizer extends LlamaTokenizer {
  private static final String ADDED = "added_tokens";
  private static final String KIND = "tokenizer_class";

  /** transformers' names of tokenizers that take everything from {@code tokenizer.json}. */
  private static final List<String> KINDS =
      List.of("PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend");

  private static final String UNKNOWN_ID_TEXT = "\uFFFD";

  /** Prompts are refused or cut by their number of tokens, and never padded. */
  private static final Map<String, String> WHOLE_TEXTS =
      Map.of("truncation", "do_not_truncate", "padding", "do_not_pad");

  private final NativeTokenizer<HuggingFaceTokenizer> library;
  private final Vocabulary vocabulary;
  private final int bosTokenId;
  private final int eosTokenId;
  private final boolean cleanUpSpaces;

  private ByteLevelTokenizer(
      HuggingFaceTokenizer library,
      Vocabulary vocabulary,
      int bosTokenId,
      int eosTokenId,
      boolean cleanUpSpaces) {
    this.library = new NativeTokenizer<>(library, HuggingFaceTokenizer::close);
    this.vocabulary = vocabulary;
    this.bosTokenId = bosTokenId;
    this.eosTokenId = eosTokenId;
    this.cleanUpSpaces = cleanUpSpaces;
  }

  /**
   * @throws TokenizerException as {@link LlamaTokenizer#open(java.nio.file.Path, int)}
   */
  static ByteLevelTokenizer of(TokenizerJson json, int rows, ObjectMapper mapper)
      throws IOException {
    ObjectNode config = TokenizerSettings.object(json.directory().resolve(CONFIG), mapper);
    requireKind(config);
    ObjectNode root = withoutTokensAbove(rows, json.root());
    Vocabulary vocabulary = Vocabulary.of(root);
    requireRows(json.file(), vocabulary.size(), rows);
    int bos = roleId("bos_token", config, vocabulary);
    int eos = roleId("eos_token", config, vocabulary);
    boolean cleanUp = config.path("clean_up_tokenization_spaces").asBoolean(false);
    try {
      HuggingFaceTokenizer library =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(mapper.writeValueAsBytes(root)), WHOLE_TEXTS);
      return new ByteLevelTokenizer(library, vocabulary, bos, eos, cleanUp);
    } catch (RuntimeException e) {
      throw new TokenizerException(
          "%s cannot be used (%s): copy it from the original checkpoint again"
              .formatted(json.file(), firstLine(e)),
          e);
    }
  }

  private static void requireKind(ObjectNode config) {
    JsonNode kind = config.path(KIND);
    if (!TokenizerJson.isNothing(kind) && !KINDS.contains(kind.asText())) {
      throw TokenizerSettings.unsupported(
          config, KIND, "'%s' beside a byte-level tokenizer.json".formatted(KINDS.get(0)));
    }
  }

  /** Returns the settings of the tokenizer without added tokens that have no row in the model. */
  private static ObjectNode withoutTokensAbove(int rows, ObjectNode json) {
    ObjectNode root = json.objectNode().setAll(json);
    ArrayNode kept = root.putArray(ADDED);
    for (JsonNode token : json.path(ADDED)) {
      if (token.path("id").asInt() < rows) {
        kept.add(token);
      }
    }
    return root;
  }

  /** Returns the id of the token with a role, which only the settings name. */
  private static int roleId(String role, JsonNode config, Vocabulary vocabulary) {
    JsonNode token = config.path(role);
    if (TokenizerJson.isNothing(token)) {
      throw new TokenizerException(
          "%s names no %s: copy it from the original checkpoint, or add the setting"
              .formatted(CONFIG, role));
    }
    String content = AddedToken.from(token).content();
    Integer id = vocabulary.added().get(content);
    if (id == null) {
      throw new TokenizerException(
          "%s: the setting %s is %s, which is not among the added tokens of tokenizer.json: copy both from the original checkpoint"
              .formatted(CONFIG, role, TokenizerJson.shortened(token)));
    }
    return id;
  }

  /**
   * The tokens that {@code tokenizer.json} lists.
   *
   * @param size highest id plus one
   * @param ids all ids
   * @param added ids of the added tokens
   * @param special ids of those that decoding can leave out
   * @param longest length of the longest token in bytes or characters
   */
  private record Vocabulary(
      int size, Set<Integer> ids, Map<String, Integer> added, Set<Integer> special, int longest) {

    static Vocabulary of(JsonNode root) {
      Set<Integer> ids = new HashSet<>();
      Map<String, Integer> added = new HashMap<>();
      Set<Integer> special = new HashSet<>();
      int longest = 0;
      for (Map.Entry<String, JsonNode> piece : root.path("model").path("vocab").properties()) {
        ids.add(piece.getValue().asInt());
        longest = Math.max(longest, piece.getKey().length());
      }
      for (JsonNode token : root.path(ADDED)) {
        String content = token.path("content").asText();
        int id = token.path("id").asInt();
        ids.add(id);
        added.put(content, id);
        longest = Math.max(longest, content.length());
        if (token.path("special").asBoolean()) {
          special.add(id);
        }
      }
      int size = ids.stream().mapToInt(id -> id + 1).max().orElse(0);
      return new Vocabulary(size, ids, added, special, longest);
    }
  }

  @Override
  public int[] encode(String text) {
    return encode(text, true);
  }

  @Override
  public int[] encodeWithoutSpecial(String text) {
    return encode(text, false);
  }

  private int[] encode(String text, boolean special) {
    requireWellFormed(text);
    return library.call(
        tokenizer ->
            Arrays.stream(tokenizer.encode(text, special, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray());
  }

  @Override
  public int[] encodeContinuation(String text, boolean afterLineFeed) {
    return encodeWithoutSpecial(afterLineFeed ? text : " " + text);
  }

  @Override
  public String decode(int[] ids, boolean skipSpecialTokens) {
    StringBuilder text = new StringBuilder();
    int from = 0;
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        throw new IllegalArgumentException("the id " + ids[i] + " is no token");
      }
      if (!vocabulary.ids().contains(ids[i])) {
        text.append(decodeKnown(ids, from, i, skipSpecialTokens)).append(UNKNOWN_ID_TEXT);
        from = i + 1;
      }
    }
    text.append(decodeKnown(ids, from, ids.length, skipSpecialTokens));
    return cleanUpSpaces ? cleanUp(text.toString()) : text.toString();
  }

  private String decodeKnown(int[] ids, int from, int to, boolean skipSpecialTokens) {
    long[] known = Arrays.stream(ids, from, to).asLongStream().toArray();
    return known.length == 0
        ? ""
        : library.call(tokenizer -> tokenizer.decode(known, skipSpecialTokens));
  }

  @Override
  public int bosTokenId() {
    return bosTokenId;
  }

  @Override
  public int eosTokenId() {
    return eosTokenId;
  }

  @Override
  public int unknownTokenId() {
    throw new UnsupportedOperationException("a byte-level tokenizer has no unknown token");
  }

  @Override
  public boolean isSentencePiece() {
    return false;
  }

  @Override
  public boolean isLegacy() {
    return false;
  }

  @Override
  public int vocabSize() {
    return vocabulary.size();
  }

  @Override
  public boolean isSpecial(int id) {
    return vocabulary.special().contains(id);
  }

  @Override
  int longestToken() {
    return vocabulary.longest();
  }

  @Override
  public void close() {
    library.close();
  }
}
