package org.stfbatch.job.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopCodecs;

/**
 * Compression codecs of Parquet files: the library's codecs, and gzip, which the library delegates
 * to Hadoop.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  private final CompressionCodecFactory library = HadoopCodecs.newFactory(0);

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    return switch (name) {
      case UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW -> library.getDecompressor(name);
      case GZIP -> new Gzip();
      default ->
          throw new IllegalArgumentException(
              "it is compressed with " + name + ": write it with snappy, zstd, gzip or lz4");
    };
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    return library.getCompressor(name);
  }

  @Override
  public void release() {
    library.release();
  }

  private static final class Gzip implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput compressed, int size) throws IOException {
      return BytesInput.from(decompressed(compressed.toInputStream(), size));
    }

    @Override
    public void decompress(ByteBuffer compressed, int compressedSize, ByteBuffer out, int size)
        throws IOException {
      byte[] bytes = new byte[compressedSize];
      compressed.get(bytes);
      out.put(decompressed(new ByteArrayInputStream(bytes), size));
    }

    private static byte[] decompressed(InputStream compressed, int size) throws IOException {
      try (GZIPInputStream in = new GZIPInputStream(compressed)) {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
          throw new IOException("a page has " + bytes.length + " bytes instead of " + size);
        }
        return bytes;
      }
    }

    @Override
    public void release() {}
  }
}
