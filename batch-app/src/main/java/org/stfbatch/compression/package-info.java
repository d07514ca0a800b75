/**
 * Training-free strategies that give the language model fewer vision tokens than the projector
 * makes: how they are written, what they need of a checkpoint, and how many tokens an image
 * becomes. Data only; {@link org.stfbatch.compression.CompressionStrategy} is the door.
 */
package org.stfbatch.compression;
