package org.stfbatch.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.stfbatch.prompt.SentencePieceModel.PieceType;

/**
 * Converts a {@code tokenizer.json}, as written by transformers' {@code LlamaConverter}, back to a
 * {@code tokenizer.model} that encodes in the same way.
 *
 * @param legacy whether every piece of text between special tokens gets a space before it
 * @param model the bytes of the {@code tokenizer.model}
 * @param added the added tokens by their ids
 */
record SentencePieceJson(boolean legacy, byte[] model, Map<Integer, AddedToken> added) {

  /**
   * @throws TokenizerException if it is not a tokenizer of the LLaMA kind, naming the file and the
   *     setting
   */
  static SentencePieceJson of(TokenizerJson json) {
    return new Reader(json.file(), json.root()).read();
  }

  private record Reader(Path file, JsonNode json) {
    private static final String SPACE = "\u2581";
    private static final int BYTES = 256;
    private static final List<String> OFF =
        List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges");

    SentencePieceJson read() {
      requireBytePairs();
      boolean legacy = isLegacy();
      Map<Integer, AddedToken> added = new LinkedHashMap<>();
      for (JsonNode token : json.path("added_tokens")) {
        added.put(token.path("id").asInt(), AddedToken.from(token));
      }
      return new SentencePieceJson(legacy, model(), added);
    }

    private void requireBytePairs() {
      JsonNode model = json.path("model");
      require(model.path("type").asText().equals("BPE"), "model.type", "'BPE'");
      require(model.path("byte_fallback").asBoolean(), "model.byte_fallback", "true");
      OFF.forEach(name -> require(isOff(model.path(name)), "model." + name, "null"));
    }

    private static boolean isOff(JsonNode value) {
      return TokenizerJson.isNothing(value)
          || value.isBoolean() && !value.booleanValue()
          || value.isNumber() && value.doubleValue() == 0
          || value.isTextual() && value.textValue().isEmpty();
    }

    /**
     * A leading space and U+2581 for spaces come either from a normaliser or from a pre-tokeniser
     * that does not split. Only the pre-tokeniser can add the space to the first piece of text
     * alone, which is not legacy.
     */
    private boolean isLegacy() {
      JsonNode normalizer = json.path("normalizer");
      JsonNode splitter = json.path("pre_tokenizer");
      if (TokenizerJson.isNothing(normalizer)) {
        require(isMetaspace(splitter), "pre_tokenizer", "Metaspace that does not split");
        return is(splitter, "prepend_scheme", "always");
      }
      require(isPrependedSpace(normalizer), "normalizer", "Prepend and Replace of U+2581, or null");
      require(TokenizerJson.isNothing(splitter), "pre_tokenizer", "null beside a normalizer");
      return true;
    }

    private static boolean isPrependedSpace(JsonNode normalizer) {
      JsonNode steps = normalizer.path("normalizers");
      JsonNode prepend = steps.path(0);
      JsonNode replace = steps.path(1);
      return steps.size() == 2
          && is(normalizer, "type", "Sequence")
          && is(prepend, "type", "Prepend")
          && is(prepend, "prepend", SPACE)
          && is(replace, "type", "Replace")
          && is(replace.path("pattern"), "String", " ")
          && is(replace, "content", SPACE);
    }

    private static boolean isMetaspace(JsonNode splitter) {
      return is(splitter, "type", "Metaspace")
          && is(splitter, "replacement", SPACE)
          && (is(splitter, "prepend_scheme", "first") || is(splitter, "prepend_scheme", "always"))
          && !splitter.path("split").asBoolean(true);
    }

    private static boolean is(JsonNode node, String name, String value) {
      return node.path(name).asText().equals(value);
    }

    private byte[] model() {
      String[] vocabulary = vocabulary();
      Map<String, PieceType> reserved = reserved(vocabulary);
      Set<String> normal = new LinkedHashSet<>(Arrays.asList(vocabulary));
      normal.removeAll(reserved.keySet());
      MergeList merges = merges(normal);
      SentencePieceBuilder model = new SentencePieceBuilder();
      for (String piece : vocabulary) {
        switch (reserved.getOrDefault(piece, PieceType.NORMAL)) {
          case UNKNOWN -> model.unknown(piece);
          case CONTROL -> model.control(piece);
          case USER_DEFINED -> model.userDefined(piece);
          case BYTE -> model.bytePiece(piece);
          default -> model.normal(piece, -merges.rank(piece));
        }
      }
      return model.build();
    }

    /**
     * Returns the pieces in the order of their ids, which must be 0 to the number of pieces less
     * one.
     */
    private String[] vocabulary() {
      JsonNode ids = json.path("model").path("vocab");
      String[] pieces = new String[ids.size()];
      for (Map.Entry<String, JsonNode> entry : ids.properties()) {
        int id = entry.getValue().asInt(-1);
        if (id < 0 || id >= pieces.length || pieces[id] != null || entry.getKey().isEmpty()) {
          throw unusable(
              "the piece %s has the id %s; supported are the ids 0 to %d, each once"
                  .formatted(TextNode.valueOf(entry.getKey()), entry.getValue(), pieces.length - 1),
              null);
        }
        pieces[id] = entry.getKey();
      }
      return pieces;
    }

    /** Returns the pieces that no merge makes. */
    private Map<String, PieceType> reserved(String[] vocabulary) {
      Map<String, PieceType> reserved = new LinkedHashMap<>();
      for (String piece : vocabulary) {
        if (SentencePieceModel.BYTE_PIECE.matcher(piece).matches()) {
          reserved.put(piece, PieceType.BYTE);
        }
      }
      require(reserved.size() == BYTES, "model.vocab", "one with pieces of all 256 bytes");
      for (JsonNode token : json.path("added_tokens")) {
        if (token.path("id").asInt() < vocabulary.length) {
          boolean special = token.path("special").asBoolean();
          reserved.put(
              token.path("content").asText(), special ? PieceType.CONTROL : PieceType.USER_DEFINED);
        }
      }
      requireUnknown(vocabulary[0], reserved);
      reserved.put(vocabulary[0], PieceType.UNKNOWN);
      return reserved;
    }

    /**
     * transformers 5 does not name the unknown piece in the model, because byte fallback replaces
     * it.
     */
    private void requireUnknown(String first, Map<String, PieceType> reserved) {
      JsonNode unknown = json.path("model").path("unk_token");
      boolean right =
          TokenizerJson.isNothing(unknown)
              ? reserved.get(first) == PieceType.CONTROL
              : unknown.asText().equals(first);
      require(right, "model.unk_token", "the piece with the id 0");
    }

    /**
     * From a {@code tokenizer.model} alone, transformers 5 lists the merges by the ids of their
     * pieces. In the LLaMA family that is the order of the scores except for pieces of several
     * spaces.
     */
    private MergeList merges(Set<String> pieces) {
      JsonNode model = json.path("model");
      try {
        MergeList merges = new MergeList(model.path("merges"), pieces);
        if (TokenizerJson.isNothing(model.path("unk_token")) && !merges.joinsSpacesLast()) {
          throw unusable("its merges have the order of the ids and not of the scores", null);
        }
        return merges;
      } catch (IllegalArgumentException e) {
        throw unusable("its merges are not those of a SentencePiece model, " + e.getMessage(), e);
      }
    }

    private void require(boolean right, String setting, String supported) {
      if (!right) {
        JsonNode value = json.at("/" + setting.replace('.', '/'));
        throw unusable(
            "its setting %s is %s; supported is %s"
                .formatted(setting, TokenizerJson.shortened(value), supported),
            null);
      }
    }

    private TokenizerException unusable(String why, Exception cause) {
      return new TokenizerException(
          "%s is no tokenizer of LLaMA's kind (%s): add the checkpoint's tokenizer.model"
              .formatted(file, why),
          cause);
    }
  }
}
