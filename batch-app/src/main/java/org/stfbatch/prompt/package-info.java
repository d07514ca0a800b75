/**
 * Prompts and tokenization: conversation templates, LLaMA's SentencePiece tokenizer, the position
 * of the image in the prompt, and stop strings.
 *
 * <p>All ids and texts equal those of LLaVA's Python code with the slow tokenizer of Hugging Face
 * transformers 4.39 and SentencePiece 0.1.97; the tests compare with recorded outputs of that code.
 */
package org.stfbatch.prompt;
