/**
 * From a reference to the pixels the vision tower sees: fetch, decode, CLIP preprocessing.
 *
 * <p>The door is {@link org.stfbatch.image.ImageLoader} (reference to RGB) and {@link
 * org.stfbatch.image.ClipImageProcessor} (RGB to the tower's square of bytes). Both give what the
 * original Python stack gives: the pixels of Pillow 9.4's {@code Image.open(f).convert("RGB")} and
 * of the CLIP image processor behind it, byte for byte wherever the file format is lossless.
 *
 * <p>Every picture is converted to RGB before anything else. The original converts only after
 * padding, so it fails on grayscale pictures that are not square and garbles palette pictures; here
 * they simply work. EXIF orientation of JPEG files, ICC profiles and PNG gamma are ignored, as in
 * the original; TIFF's orientation is not.
 *
 * <p>Decoding and what is made of the picture happens in {@code HeapRoom}, so that large pictures
 * wait for each other.
 *
 * <p>Whatever goes wrong with one image is an {@link org.stfbatch.image.ImageException} with a
 * stable code. This room knows neither Spring nor databases nor Kafka nor the model.
 */
package org.stfbatch.image;
