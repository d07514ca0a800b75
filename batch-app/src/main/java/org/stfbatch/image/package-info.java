/**
 * Image references to preprocessed pixels: fetching, decoding, CLIP preprocessing.
 *
 * <p>The entry points are {@link org.stfbatch.image.ImageLoader} (reference to RGB) and {@link
 * org.stfbatch.image.ClipImageProcessor} (RGB to the tower's input bytes). Both reproduce the
 * original Python stack: the pixels of Pillow 9.4's {@code Image.open(f).convert("RGB")} and of the
 * CLIP image processor, byte for byte wherever the file format is lossless.
 *
 * <p>Every picture is converted to RGB first. The original converts only after padding, so it fails
 * on grayscale pictures that are not square and garbles palette pictures; here they work. EXIF
 * orientation of JPEG files, ICC profiles and PNG gamma are ignored, as in the original; TIFF's
 * orientation is applied.
 *
 * <p>Decoding and preprocessing run within a heap budget ({@code HeapRoom}), so that several large
 * pictures do not exhaust memory.
 *
 * <p>Every problem with an image is an {@link org.stfbatch.image.ImageException} with a stable
 * code. This package depends neither on Spring nor on databases, Kafka or the model.
 */
package org.stfbatch.image;
