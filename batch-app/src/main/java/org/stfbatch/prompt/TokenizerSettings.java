package org.stfbatch.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings of {@code tokenizer_config.json}, {@code special_tokens_map.json} and {@code
 * added_tokens.json}, read in the order in which one overrides the other in transformers 4.39, with
 * the defaults of its slow {@code LlamaTokenizer}.
 *
 * @param legacy the tokenizer's behaviour before 2023: every piece of text between special tokens
 *     gets SentencePiece's leading space
 * @param addPrefixSpace whether the first piece of text gets a leading space without {@code legacy}
 * @param special the tokens that have a role (bos, eos, ...), in the order of transformers
 * @param added further tokens with the ids that the files give them
 */
record TokenizerSettings(
    boolean legacy,
    boolean addBosToken,
    boolean addEosToken,
    boolean addPrefixSpace,
    boolean cleanUpSpaces,
    String bosToken,
    String eosToken,
    String unknownToken,
    List<AddedToken> special,
    List<String> additionalSpecial,
    Map<Integer, AddedToken> added) {

  private static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");
  static final String CONFIG = "tokenizer_config.json";
  private static final int LONGEST_VALUE = 200;

  /** transformers' names of LLaMA's SentencePiece tokenizer. */
  private static final List<String> KINDS =
      List.of("LlamaTokenizer", "LlamaTokenizerFast", "TokenizersBackend", "SentencePieceBackend");

  private static final List<String> OFF = List.of("do_lower_case", "split_special_tokens");

  private static final String PIECES = "sp_model_kwargs";
  private static final String ADDITIONAL = "additional_special_tokens";

  /**
   * Reads the files of a checkpoint folder; each of them may be absent.
   *
   * @param legacy the value if the files do not set it
   * @param known added tokens of the tokenizer's own file; the other files override them
   */
  static TokenizerSettings read(
      Path directory, ObjectMapper json, boolean legacy, Map<Integer, AddedToken> known)
      throws IOException {
    ObjectNode config = object(directory.resolve(CONFIG), json);
    requireSupported(config);
    Map<Integer, AddedToken> added = new LinkedHashMap<>(known);
    if (config.path("added_tokens_decoder").isObject()) {
      config
          .path("added_tokens_decoder")
          .properties()
          .forEach(e -> added.put(tokenId(e.getKey()), AddedToken.from(e.getValue())));
    } else {
      config.setAll(object(directory.resolve("special_tokens_map.json"), json));
      object(directory.resolve("added_tokens.json"), json)
          .properties()
          .forEach(e -> added.put(e.getValue().asInt(), AddedToken.plain(e.getKey())));
    }
    return of(config, added, legacy);
  }

  /**
   * Refuses settings that would split or join texts differently from LLaMA's slow tokenizer; other
   * settings concern batches, chats and saving.
   */
  private static void requireSupported(ObjectNode config) {
    String kind = config.path("tokenizer_class").asText("");
    if (!kind.isEmpty() && !kind.equals("null") && !KINDS.contains(kind)) {
      throw unsupported(config, "tokenizer_class", "'LlamaTokenizer'");
    }
    for (String name : OFF) {
      if (flag(config, name, false)) {
        throw unsupported(config, name, "false");
      }
    }
    for (JsonNode setting : config.path(PIECES)) {
      if (!setting.isBoolean() || setting.booleanValue()) {
        throw unsupported(config, PIECES, "an empty object");
      }
    }
  }

  static TokenizerException unsupported(ObjectNode config, String name, String supported) {
    return new TokenizerException(
        "%s: the setting %s is %s; supported is %s"
            .formatted(CONFIG, name, shortened(config.get(name).toString()), supported));
  }

  private static String shortened(String value) {
    return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "...";
  }

  private static int tokenId(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new TokenizerException(
          "tokenizer_config.json: added_tokens_decoder has the id '%s': copy the checkpoint again"
              .formatted(text),
          e);
    }
  }

  private static TokenizerSettings of(
      ObjectNode config, Map<Integer, AddedToken> added, boolean legacy) {
    Map<String, AddedToken> roles = new LinkedHashMap<>();
    roles.put("bos_token", AddedToken.plain("<s>"));
    roles.put("eos_token", AddedToken.plain("</s>"));
    roles.put("unk_token", AddedToken.plain("<unk>"));
    for (String role : ROLES) {
      JsonNode token = config.get(role);
      if (token != null && !token.isNull()) {
        roles.put(role, AddedToken.from(token));
      }
    }
    List<AddedToken> special = new ArrayList<>(roles.values());
    List<String> additional = new ArrayList<>();
    for (JsonNode token : config.path(ADDITIONAL)) {
      special.add(AddedToken.from(token));
      additional.add(AddedToken.from(token).content());
    }
    return new TokenizerSettings(
        flag(config, "legacy", legacy),
        flag(config, "add_bos_token", true),
        flag(config, "add_eos_token", false),
        flag(config, "add_prefix_space", true),
        flag(config, "clean_up_tokenization_spaces", false),
        roles.get("bos_token").content(),
        roles.get("eos_token").content(),
        roles.get("unk_token").content(),
        List.copyOf(special),
        List.copyOf(additional),
        added);
  }

  private static boolean flag(JsonNode config, String name, boolean absent) {
    JsonNode value = config.get(name);
    return value == null || value.isNull() ? absent : value.asBoolean(absent);
  }

  /** Returns a file's settings, or none if it is absent. */
  static ObjectNode object(Path file, ObjectMapper json) throws IOException {
    if (!Files.exists(file)) {
      return json.createObjectNode();
    }
    try {
      if (json.readTree(file.toFile()) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw new TokenizerException(
          "%s cannot be read: copy the checkpoint again".formatted(file), e);
    }
    throw new TokenizerException(
        "%s is not a JSON object: copy the checkpoint again".formatted(file));
  }
}
