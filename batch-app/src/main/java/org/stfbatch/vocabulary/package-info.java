/**
 * Learns tokenizers: byte-pair encodings in SentencePiece's form, as LLaMA has them.
 *
 * <p>{@link org.stfbatch.vocabulary.VocabularyLearner} learns one from texts, and {@link
 * org.stfbatch.vocabulary.TokenizerFiles} writes it for the room that encodes with it.
 */
package org.stfbatch.vocabulary;
