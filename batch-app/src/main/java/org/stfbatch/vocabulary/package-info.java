/**
 * Learns tokenizers: byte-pair encodings in SentencePiece's form, as used by LLaMA.
 *
 * <p>{@link org.stfbatch.vocabulary.VocabularyLearner} learns one from texts, and {@link
 * org.stfbatch.vocabulary.TokenizerFiles} writes it to a checkpoint folder.
 */
package org.stfbatch.vocabulary;
