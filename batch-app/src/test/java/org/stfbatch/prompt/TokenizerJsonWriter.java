package org.stfbatch.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.stfbatch.prompt.SentencePieceModel.PieceType;

/**
 * Converts a {@code tokenizer.model} to a {@code tokenizer.json}, like transformers' {@code
 * LlamaConverter}: all pairs of pieces that make a piece, sorted by the score of that piece.
 */
public final class TokenizerJsonWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SPACE = "\u2581";

  private record Piece(String text, float score, PieceType type) {}

  private record Merge(String left, String right, float score) {}

  private final List<Piece> pieces = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final ObjectNode json = JSON.createObjectNode();

  public TokenizerJsonWriter(Path model) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(Files.readAllBytes(model));
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == SentencePieceModel.MODEL_PIECES) {
        Piece piece = piece(CodedInputStream.newInstance(in.readByteArray()));
        ids.put(piece.text(), pieces.size());
        pieces.add(piece);
      } else {
        in.skipField(tag);
      }
    }
    fill();
  }

  private static Piece piece(CodedInputStream in) throws IOException {
    String text = "";
    float score = 0;
    PieceType type = PieceType.NORMAL;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case SentencePieceModel.PIECE_TEXT -> text = in.readStringRequireUtf8();
        case SentencePieceModel.PIECE_SCORE -> score = in.readFloat();
        case SentencePieceModel.PIECE_TYPE -> type = PieceType.of(in.readEnum());
        default -> in.skipField(tag);
      }
    }
    return new Piece(text, score, type);
  }

  private void fill() {
    json.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    for (int id = 0; id < pieces.size(); id++) {
      PieceType type = pieces.get(id).type();
      if (type == PieceType.UNKNOWN || type == PieceType.CONTROL) {
        addToken(added, id, pieces.get(id).text(), true);
      } else if (type == PieceType.USER_DEFINED) {
        addToken(added, id, pieces.get(id).text(), false);
      }
    }
    normalised();
    json.putObject("decoder").put("type", "Sequence");
    ObjectNode model = json.putObject("model");
    model
        .put("type", "BPE")
        .putNull("dropout")
        .put("unk_token", "<unk>")
        .putNull("continuing_subword_prefix")
        .putNull("end_of_word_suffix")
        .put("fuse_unk", true)
        .put("byte_fallback", true);
    ObjectNode vocabulary = model.putObject("vocab");
    pieces.forEach(piece -> vocabulary.put(piece.text(), ids.get(piece.text())));
    byScoresAndLengths();
  }

  private static void addToken(ArrayNode added, int id, String content, boolean special) {
    added
        .addObject()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", special);
  }

  /** Sorted by the ids of the pieces, then by the ids of their parts. */
  private List<Merge> merges() {
    List<Merge> merges = new ArrayList<>();
    for (Piece piece : pieces) {
      List<Merge> ofPiece = new ArrayList<>();
      String text = piece.text();
      for (int cut = text.offsetByCodePoints(0, 1);
          cut < text.length();
          cut = text.offsetByCodePoints(cut, 1)) {
        Merge merge = new Merge(text.substring(0, cut), text.substring(cut), piece.score());
        if (ids.containsKey(merge.left()) && ids.containsKey(merge.right())) {
          ofPiece.add(merge);
        }
      }
      ofPiece.sort(
          Comparator.comparing((Merge merge) -> ids.get(merge.left()))
              .thenComparing(merge -> ids.get(merge.right())));
      merges.addAll(ofPiece);
    }
    return merges;
  }

  private TokenizerJsonWriter put(List<Merge> merges) {
    ArrayNode list = model().putArray("merges");
    merges.forEach(merge -> list.add(merge.left() + " " + merge.right()));
    return this;
  }

  /** Uses the order of transformers 4.40 to 4.57. */
  public TokenizerJsonWriter byScoresAndLengths() {
    List<Merge> merges = merges();
    merges.sort(
        Comparator.comparing(Merge::score)
            .thenComparing(merge -> merge.left().length())
            .thenComparing(merge -> merge.right().length())
            .reversed());
    return put(merges);
  }

  /** Uses the order of transformers before 4.40. */
  TokenizerJsonWriter byScores() {
    List<Merge> merges = merges();
    merges.sort(Comparator.comparing(Merge::score).reversed());
    return put(merges);
  }

  /**
   * Uses the order of transformers 5 for a {@code tokenizer.model} without a {@code
   * tokenizer.json}.
   */
  TokenizerJsonWriter byIds() {
    model().putNull("unk_token");
    return put(merges());
  }

  /** Uses a normaliser, as transformers 4 writes it for {@code legacy: true}. */
  private TokenizerJsonWriter normalised() {
    ArrayNode steps = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    steps.addObject().put("type", "Prepend").put("prepend", SPACE);
    ObjectNode replace = steps.addObject().put("type", "Replace").put("content", SPACE);
    replace.putObject("pattern").put("String", " ");
    json.putNull("pre_tokenizer");
    return this;
  }

  /** Uses a pre-tokeniser, for {@code legacy: false}; the merges are arrays. */
  TokenizerJsonWriter metaspace() {
    json.putNull("normalizer");
    json.putObject("pre_tokenizer")
        .put("type", "Metaspace")
        .put("replacement", SPACE)
        .put("prepend_scheme", "first")
        .put("split", false);
    ArrayNode merges = JSON.createArrayNode();
    for (JsonNode merge : model().get("merges")) {
      String[] parts = merge.asText().split(" ");
      if (parts.length == 2) {
        merges.addArray().add(parts[0]).add(parts[1]);
      }
    }
    model().set("merges", merges);
    return this;
  }

  /** Adds a token after the vocabulary. */
  public TokenizerJsonWriter added(int id, String content) {
    addToken((ArrayNode) json.get("added_tokens"), id, content, true);
    return this;
  }

  /** Returns the whole document, which may be changed before it is written. */
  ObjectNode json() {
    return json;
  }

  /** Returns the vocabulary and the merges, which may be changed before they are written. */
  ObjectNode model() {
    return (ObjectNode) json.get("model");
  }

  /** Writes {@code tokenizer.json} into a folder. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    JSON.writeValue(folder.resolve("tokenizer.json").toFile(), json);
  }
}
