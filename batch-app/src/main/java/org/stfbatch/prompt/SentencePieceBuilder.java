package org.stfbatch.prompt;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.stfbatch.prompt.SentencePieceModel.PieceType;

/**
 * Builds a {@code tokenizer.model} of the LLaMA kind: {@code ModelProto} of
 * sentencepiece_model.proto, BPE with byte fallback, identity normalisation and a space before
 * every text. Pieces get their ids in the order in which they are added, from 0.
 */
public final class SentencePieceBuilder {
  private static final int TRAINER_MODEL_TYPE = 3;
  private static final int TRAINER_VOCAB_SIZE = 4;
  private static final int TRAINER_SPLIT_DIGITS = 25;
  private static final int TRAINER_ALLOW_WHITESPACE_ONLY_PIECES = 26;
  private static final int TRAINER_BYTE_FALLBACK = 35;
  private static final int TRAINER_UNKNOWN_ID = 40;
  private static final int TRAINER_BOS_ID = 41;
  private static final int TRAINER_EOS_ID = 42;
  private static final int TRAINER_PAD_ID = 43;
  private static final int BPE = 2;

  private static final int NORMALIZER_NAME = 1;
  private static final int NORMALIZER_ESCAPE_WHITESPACES = 5;

  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private final List<byte[]> pieces = new ArrayList<>();

  /** Adds the unknown piece. It is required and must be the first. */
  public SentencePieceBuilder unknown(String text) {
    return add(text, 0, PieceType.UNKNOWN);
  }

  /** Adds a control piece, such as {@code <s>}: no text is encoded to it. */
  public SentencePieceBuilder control(String text) {
    return add(text, 0, PieceType.CONTROL);
  }

  /** Adds a piece that is matched before all others and never split. */
  public SentencePieceBuilder userDefined(String text) {
    return add(text, 0, PieceType.USER_DEFINED);
  }

  /**
   * Adds a byte piece, for text that no other piece covers.
   *
   * @param text of the form {@code <0x0A>}
   */
  public SentencePieceBuilder bytePiece(String text) {
    return add(text, 0, PieceType.BYTE);
  }

  /**
   * Adds a text piece.
   *
   * @param text with U+2581 for spaces
   * @param score the encoder joins the neighbouring pair whose piece has the highest score
   */
  public SentencePieceBuilder normal(String text, float score) {
    return add(text, score, PieceType.NORMAL);
  }

  private SentencePieceBuilder add(String text, float score, PieceType type) {
    pieces.add(
        message(
            out -> {
              out.writeString(SentencePieceModel.PIECE_TEXT, text);
              out.writeFloat(SentencePieceModel.PIECE_SCORE, score);
              out.writeEnum(SentencePieceModel.PIECE_TYPE, type.number());
            }));
    return this;
  }

  /** Returns the bytes of the file. */
  public byte[] build() {
    return message(
        model -> {
          for (byte[] piece : pieces) {
            model.writeByteArray(SentencePieceModel.MODEL_PIECES, piece);
          }
          model.writeByteArray(SentencePieceModel.MODEL_TRAINER_SPEC, message(this::trainer));
          model.writeByteArray(
              SentencePieceModel.MODEL_NORMALIZER_SPEC, message(SentencePieceBuilder::normalizer));
        });
  }

  private void trainer(CodedOutputStream out) throws IOException {
    out.writeEnum(TRAINER_MODEL_TYPE, BPE);
    out.writeInt32(TRAINER_VOCAB_SIZE, pieces.size());
    out.writeBool(TRAINER_SPLIT_DIGITS, true);
    out.writeBool(TRAINER_ALLOW_WHITESPACE_ONLY_PIECES, true);
    out.writeBool(TRAINER_BYTE_FALLBACK, true);
    out.writeInt32(TRAINER_UNKNOWN_ID, 0);
    out.writeInt32(TRAINER_BOS_ID, 1);
    out.writeInt32(TRAINER_EOS_ID, 2);
    out.writeInt32(TRAINER_PAD_ID, -1);
  }

  private static void normalizer(CodedOutputStream out) throws IOException {
    out.writeString(NORMALIZER_NAME, "identity");
    out.writeBool(SentencePieceModel.NORMALIZER_ADD_DUMMY_PREFIX, true);
    out.writeBool(SentencePieceModel.NORMALIZER_REMOVE_EXTRA_WHITESPACES, false);
    out.writeBool(NORMALIZER_ESCAPE_WHITESPACES, true);
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written to", e);
    }
    return bytes.toByteArray();
  }
}
