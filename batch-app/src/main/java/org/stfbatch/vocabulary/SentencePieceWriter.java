package org.stfbatch.vocabulary;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A vocabulary as {@code ModelProto} of sentencepiece_model.proto: BPE with byte fallback, identity
 * normalisation and a space before every text, as LLaMA's {@code tokenizer.model}.
 */
final class SentencePieceWriter {
  private static final int MODEL_PIECES = 1;
  private static final int MODEL_TRAINER_SPEC = 2;
  private static final int MODEL_NORMALIZER_SPEC = 3;

  private static final int PIECE_TEXT = 1;
  private static final int PIECE_SCORE = 2;
  private static final int PIECE_TYPE = 3;

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
  private static final int NORMALIZER_ADD_DUMMY_PREFIX = 3;
  private static final int NORMALIZER_REMOVE_EXTRA_WHITESPACES = 4;
  private static final int NORMALIZER_ESCAPE_WHITESPACES = 5;

  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int BYTE = 6;

  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private SentencePieceWriter() {}

  static byte[] serialised(Vocabulary vocabulary) {
    return message(
        model -> {
          piece(model, Vocabulary.UNKNOWN, 0, UNKNOWN);
          for (String control : Vocabulary.CONTROL) {
            piece(model, control, 0, CONTROL);
          }
          for (String value : Vocabulary.bytes()) {
            piece(model, value, 0, BYTE);
          }
          for (int rank = 0; rank < vocabulary.texts().size(); rank++) {
            piece(model, vocabulary.texts().get(rank), -rank, NORMAL);
          }
          model.writeByteArray(MODEL_TRAINER_SPEC, message(out -> trainer(out, vocabulary)));
          model.writeByteArray(MODEL_NORMALIZER_SPEC, message(SentencePieceWriter::normalizer));
        });
  }

  /** The encoder joins the pair of the highest score first. */
  private static void piece(CodedOutputStream model, String text, float score, int type)
      throws IOException {
    byte[] piece =
        message(
            out -> {
              out.writeString(PIECE_TEXT, text);
              out.writeFloat(PIECE_SCORE, score);
              out.writeEnum(PIECE_TYPE, type);
            });
    model.writeByteArray(MODEL_PIECES, piece);
  }

  private static void trainer(CodedOutputStream out, Vocabulary vocabulary) throws IOException {
    out.writeEnum(TRAINER_MODEL_TYPE, BPE);
    out.writeInt32(TRAINER_VOCAB_SIZE, vocabulary.size());
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
    out.writeBool(NORMALIZER_ADD_DUMMY_PREFIX, true);
    out.writeBool(NORMALIZER_REMOVE_EXTRA_WHITESPACES, false);
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
