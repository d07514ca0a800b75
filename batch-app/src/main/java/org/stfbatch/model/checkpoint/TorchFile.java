package org.stfbatch.model.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.stfbatch.model.checkpoint.StateDictPickle.TensorView;

/**
 * Reader of a {@code .bin} file of {@code torch.save}: a zip archive of {@code data.pkl}, which
 * describes the tensors, and one uncompressed entry {@code data/KEY} for each storage. Reads only
 * the directory, the local headers and {@code data.pkl}.
 */
final class TorchFile {

  private static final String LITTLE_ENDIAN = "little";
  private static final String PICKLE = "data.pkl";
  private static final int PICKLE_PROTOCOL_OPCODE = 0x80;

  private final Path file;
  private final long fileSize;
  private final ZipFile zip;
  private final String folder;

  private TorchFile(Path file, ZipFile zip) throws IOException {
    this.file = file;
    this.fileSize = Files.size(file);
    this.zip = zip;
    String name = pickleName(zip);
    this.folder = name.substring(0, name.length() - PICKLE.length());
  }

  /**
   * Returns the tensors of a file.
   *
   * @throws MalformedFileException if it is not such a file, contains anything other than tensors,
   *     or is damaged
   */
  static SortedMap<String, TensorSlice> read(Path file) throws IOException {
    requireZip(file);
    try (ZipFile zip = ZipFile.builder().setPath(file).get()) {
      return new TorchFile(file, zip).tensors();
    } catch (RuntimeException e) {
      // With damaged offsets and lengths, the zip library throws various unchecked exceptions.
      throw new IOException("its zip directory is damaged", e);
    }
  }

  private static void requireZip(Path file) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(2);
    }
    if (start.length == 2 && start[0] == 'P' && start[1] == 'K') {
      return;
    }
    if (start.length > 0 && (start[0] & 0xFF) == PICKLE_PROTOCOL_OPCODE) {
      throw new MalformedFileException(
          "it is in PyTorch's old format: load it with a PyTorch of 1.6 or later and save it there once more");
    }
    throw new MalformedFileException("it is no PyTorch file");
  }

  private static String pickleName(ZipFile zip) throws IOException {
    List<String> names =
        Collections.list(zip.getEntries()).stream()
            .map(ZipArchiveEntry::getName)
            .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
            .toList();
    if (names.size() != 1) {
      throw new MalformedFileException(
          "it is a zip archive with %d entries %s; torch.save writes one"
              .formatted(names.size(), PICKLE));
    }
    return names.get(0);
  }

  private SortedMap<String, TensorSlice> tensors() throws IOException {
    requireLittleEndian();
    ZipArchiveEntry pickle = storedEntry(folder + PICKLE);
    if (pickle.getSize() > StateDictPickle.MAX_BYTES) {
      throw new MalformedFileException(
          "its %s has %d bytes, more than any model needs".formatted(PICKLE, pickle.getSize()));
    }
    SortedMap<String, TensorSlice> tensors = new TreeMap<>();
    for (Map.Entry<String, TensorView> entry : StateDictPickle.read(content(pickle)).entrySet()) {
      tensors.put(entry.getKey(), slice(entry.getKey(), entry.getValue()));
    }
    return tensors;
  }

  private void requireLittleEndian() throws IOException {
    String name = folder + "byteorder";
    if (zip.getEntry(name) == null) {
      return;
    }
    ZipArchiveEntry order = storedEntry(name);
    if (order.getSize() != LITTLE_ENDIAN.length()
        || !new String(content(order), StandardCharsets.US_ASCII).equals(LITTLE_ENDIAN)) {
      throw new MalformedFileException(
          "its numbers are big-endian: save it again on another machine");
    }
  }

  private byte[] content(ZipArchiveEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private ZipArchiveEntry storedEntry(String name) throws IOException {
    List<ZipArchiveEntry> entries = new ArrayList<>();
    zip.getEntries(name).forEach(entries::add);
    if (entries.size() != 1) {
      throw new MalformedFileException(
          "it holds %d entries '%s' instead of one".formatted(entries.size(), name));
    }
    ZipArchiveEntry entry = entries.get(0);
    boolean encrypted = entry.getGeneralPurposeBit().usesEncryption();
    if (entry.getMethod() != ZipArchiveEntry.STORED
        || encrypted
        || entry.getSize() != entry.getCompressedSize()) {
      throw new MalformedFileException(
          "its entry '%s' is compressed or encrypted: unpack and save it again with torch.save"
              .formatted(name));
    }
    long start = entry.getDataOffset();
    if (start < 0 || entry.getSize() < 0 || entry.getSize() > fileSize - start) {
      throw new MalformedFileException(
          "its entry '%s' lies beyond the end of the file: it is cut off".formatted(name));
    }
    return entry;
  }

  private TensorSlice slice(String name, TensorView view) throws IOException {
    ZipArchiveEntry entry = storedEntry(folder + "data/" + view.storage());
    int elementBytes = view.dtype().bytes();
    if (entry.getSize() / elementBytes != view.storageElements()
        || entry.getSize() % elementBytes != 0) {
      throw new MalformedFileException(
          "the storage of tensor '%s' has %d bytes instead of %d elements of %s"
              .formatted(name, entry.getSize(), view.storageElements(), view.dtype().torchName()));
    }
    requireContiguous(name, view);
    long elements = elementCount(name, view);
    if (view.storageOffset() < 0 || elements > view.storageElements() - view.storageOffset()) {
      throw new MalformedFileException(
          "tensor '%s' of shape %s at %d lies outside its storage of %d elements"
              .formatted(name, view.size(), view.storageOffset(), view.storageElements()));
    }
    long offset = entry.getDataOffset() + view.storageOffset() * elementBytes;
    return new TensorSlice(name, file, offset, view.dtype(), view.size());
  }

  private static long elementCount(String name, TensorView view) throws IOException {
    try {
      return Shapes.elementCount(view.size());
    } catch (ArithmeticException e) {
      throw new MalformedFileException(
          "tensor '%s' has the impossible shape %s".formatted(name, view.size()));
    }
  }

  /**
   * Rejects strides that are not contiguous. The stride of a dimension with at most one index is
   * arbitrary, but must not be negative.
   */
  private static void requireContiguous(String name, TensorView view) throws IOException {
    boolean contiguous = view.size().size() == view.stride().size();
    long expected = 1;
    for (int i = view.size().size() - 1; contiguous && i >= 0; i--) {
      long size = view.size().get(i);
      long stride = view.stride().get(i);
      contiguous = size >= 0 && stride >= 0 && (size <= 1 || stride == expected);
      expected *= Math.max(size, 1);
    }
    if (!contiguous) {
      throw new MalformedFileException(
          "tensor '%s' of shape %s has the strides %s: make it contiguous before saving"
              .formatted(name, view.size(), view.stride()));
    }
  }
}
