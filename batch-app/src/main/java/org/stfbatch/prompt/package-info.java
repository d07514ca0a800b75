/**
 * From a question to token ids and back: conversation templates, the SentencePiece tokenizer of
 * LLaMA, the place of the image in the prompt, and stop texts.
 *
 * <p>Everything here gives the ids and texts that LLaVA's own Python code gives with the slow
 * tokenizer of Hugging Face transformers 4.39 and SentencePiece 0.1.97; recorded outputs of that
 * code are the tests.
 */
package org.stfbatch.prompt;
