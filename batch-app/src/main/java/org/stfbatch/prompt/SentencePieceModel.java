package org.stfbatch.prompt;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The parts of a SentencePiece {@code tokenizer.model} that decoding needs: the pieces with their
 * types and three settings.
 *
 * <p>The file is a protobuf message ({@code ModelProto} of sentencepiece_model.proto); only these
 * fields are interpreted.
 */
final class SentencePieceModel {

  /** Piece types of sentencepiece_model.proto, with their numbers. */
  enum PieceType {
    NORMAL(1),
    UNKNOWN(2),
    CONTROL(3),
    USER_DEFINED(4),
    UNUSED(5),
    BYTE(6);

    private final int number;

    PieceType(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static PieceType of(int number) throws IOException {
      for (PieceType type : values()) {
        if (type.number == number) {
          return type;
        }
      }
      throw new IOException("unknown piece type " + number);
    }
  }

  record Piece(String text, PieceType type) {}

  static final int MODEL_PIECES = 1;
  static final int MODEL_TRAINER_SPEC = 2;
  static final int MODEL_NORMALIZER_SPEC = 3;
  static final int PIECE_TEXT = 1;
  static final int PIECE_SCORE = 2;
  static final int PIECE_TYPE = 3;
  private static final int TRAINER_UNKNOWN_SURFACE = 44;
  static final int NORMALIZER_ADD_DUMMY_PREFIX = 3;
  static final int NORMALIZER_REMOVE_EXTRA_WHITESPACES = 4;

  static final Pattern BYTE_PIECE = Pattern.compile("<0x[0-9A-F]{2}>");

  private final List<Piece> pieces = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private String unknownSurface = " \u2047 ";
  private boolean addDummyPrefix = true;
  private boolean removeExtraWhitespaces = true;

  private SentencePieceModel() {}

  /**
   * Reads a serialised model.
   *
   * @throws IOException if the bytes are not such a message or it has no pieces
   */
  static SentencePieceModel parse(byte[] bytes) throws IOException {
    SentencePieceModel model = new SentencePieceModel();
    model.readModel(CodedInputStream.newInstance(bytes));
    if (model.pieces.isEmpty()) {
      throw new IOException("it holds no pieces");
    }
    return model;
  }

  /**
   * Returns the model without the space that SentencePiece adds before a text. Protobuf messages
   * merge when they are concatenated, so an appended field overrides this setting and keeps the
   * rest.
   */
  static byte[] withoutDummyPrefix(byte[] model) {
    byte[] override = {
      (byte) (MODEL_NORMALIZER_SPEC << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED),
      2,
      (byte) (NORMALIZER_ADD_DUMMY_PREFIX << 3 | WireFormat.WIRETYPE_VARINT),
      0
    };
    byte[] merged = Arrays.copyOf(model, model.length + override.length);
    System.arraycopy(override, 0, merged, model.length, override.length);
    return merged;
  }

  int size() {
    return pieces.size();
  }

  /** Returns the length of the longest piece in characters. */
  int longest() {
    return pieces.stream().mapToInt(piece -> piece.text().length()).max().orElse(0);
  }

  /** Returns the piece of an id in {@code [0, size())}. */
  Piece piece(int id) {
    return pieces.get(id);
  }

  /** Returns the id of a piece, or {@code null} if there is none with that text. */
  Integer idOf(String piece) {
    return ids.get(piece);
  }

  /** Returns the text that SentencePiece writes for the unknown piece. */
  String unknownSurface() {
    return unknownSurface;
  }

  boolean addDummyPrefix() {
    return addDummyPrefix;
  }

  boolean removeExtraWhitespaces() {
    return removeExtraWhitespaces;
  }

  private void readModel(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case MODEL_PIECES -> readPiece(message(in));
        case MODEL_TRAINER_SPEC -> readTrainerSpec(message(in));
        case MODEL_NORMALIZER_SPEC -> readNormalizerSpec(message(in));
        default -> in.skipField(tag);
      }
    }
  }

  private static CodedInputStream message(CodedInputStream in) throws IOException {
    return CodedInputStream.newInstance(in.readByteArray());
  }

  private void readPiece(CodedInputStream in) throws IOException {
    String text = "";
    PieceType type = PieceType.NORMAL;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case PIECE_TEXT -> text = in.readStringRequireUtf8();
        case PIECE_TYPE -> type = PieceType.of(in.readEnum());
        default -> in.skipField(tag);
      }
    }
    if (type == PieceType.BYTE && !BYTE_PIECE.matcher(text).matches()) {
      throw new IOException("the byte piece '" + text + "' is not of the form <0xNN>");
    }
    ids.putIfAbsent(text, pieces.size());
    pieces.add(new Piece(text, type));
  }

  private void readTrainerSpec(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == TRAINER_UNKNOWN_SURFACE) {
        unknownSurface = in.readStringRequireUtf8();
      } else {
        in.skipField(tag);
      }
    }
  }

  private void readNormalizerSpec(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case NORMALIZER_ADD_DUMMY_PREFIX -> addDummyPrefix = in.readBool();
        case NORMALIZER_REMOVE_EXTRA_WHITESPACES -> removeExtraWhitespaces = in.readBool();
        default -> in.skipField(tag);
      }
    }
  }
}
