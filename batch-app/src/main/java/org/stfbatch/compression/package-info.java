/**
 * Training-free strategies that reduce the vision tokens of the language model: their options,
 * their requirements on a checkpoint, and the number of tokens of an image. Data only; of files,
 * head masks are read. Entry point: {@link org.stfbatch.compression.CompressionStrategy}.
 */
package org.stfbatch.compression;
