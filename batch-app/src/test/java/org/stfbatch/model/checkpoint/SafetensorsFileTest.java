package org.stfbatch.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {

  @TempDir Path folder;

  @Test
  void anEmptyTensorAndANumberHaveTheirPlaces() throws IOException {
    SafetensorsFixture.writeRaw(
        file(),
        """
        {"number": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
         "empty": {"dtype": "F16", "shape": [0, 3], "data_offsets": [4, 4]},
         "last": {"dtype": "BF16", "shape": [2], "data_offsets": [4, 8]}}
        """,
        8);

    long end = Files.size(file());
    assertThat(SafetensorsFile.read(file()).values())
        .extracting(TensorSlice::name, TensorSlice::offset, TensorSlice::byteLength)
        .containsExactlyInAnyOrder(
            tuple("number", end - 8, 4L), tuple("empty", end - 4, 0L), tuple("last", end - 4, 4L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}} | does not fill",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | beyond the end",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}} | no valid data_offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}} | no valid data_offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}} | has the size -4",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}} | has the size -1",
        "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}} | has the size 1.5",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,0]}} | impossible shape",
        "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}} | has the size",
        "{'a':{'dtype':'F32','data_offsets':[0,4]}} | no shape",
        "{'a':{'dtype':'F8_E4M3','shape':[4],'data_offsets':[0,4]}} | 'F8_E4M3'",
        "{'a':5} | element type ''",
        "{'__metadata__':{'n':5},'a':{'dtype':'F64','shape':[1],'data_offsets':[0,8]}} | __metadata__",
        "{'__metadata__':[],'a':{'dtype':'F64','shape':[1],'data_offsets':[0,8]}} | __metadata__",
        "{'a':{'dtype':'F64','shape':[1],'data_offsets':[0,8]}} {} | not valid JSON",
        "{'a':{'dtype':'F64','shape':[1],'data_offsets':[0,8]}}x | not valid JSON",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | the 4 bytes before tensor 'a'",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | the 4 bytes behind its last tensor",
        "{'a':{'dtype':'F16','shape':[1],'data_offsets':[0,2]},'b':{'dtype':'F16','shape':[1],'data_offsets':[6,8]}} | the 4 bytes before tensor 'b'",
        "{'a':{'dtype':'F64','shape':[1],'data_offsets':[0,8]},'b':{'dtype':'F16','shape':[0],'data_offsets':[4,4]}} | overlap",
        "{} | the 8 bytes behind its last tensor",
        "[1] | not a JSON object",
        "{'a': | not valid JSON",
      })
  void aHeaderThatContradictsItselfIsRefused(String header, String message) throws IOException {
    SafetensorsFixture.writeRaw(file(), header.replace('\'', '"'), 8);

    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void overlappingTensorsAreRefused() throws IOException {
    SafetensorsFixture.writeRaw(
        file(),
        """
        {"a": {"dtype": "F16", "shape": [3], "data_offsets": [0, 6]},
         "b": {"dtype": "F16", "shape": [2], "data_offsets": [4, 8]}}
        """,
        8);

    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage("tensors 'a' and 'b' overlap");
  }

  @Test
  void aNameThatComesTwiceIsRefused() throws IOException {
    SafetensorsFixture.writeRaw(
        file(),
        """
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
         "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}
        """,
        8);

    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("a twice");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 9})
  void aHeaderLengthThatCannotBeIsRefused(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Files.write(file(), bytes.array());

    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("header");
  }

  /**
   * Without a check of what follows the object, all data would be read with an offset of eight
   * bytes.
   */
  @Test
  void aHeaderLengthThatReachesIntoTheDataIsRefused() throws IOException {
    SafetensorsFixture.writeRaw(
        file(), "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8]}}", 16);
    byte[] bytes = Files.readAllBytes(file());
    long length = bytes.length - 8 - 16;
    for (byte data : new byte[] {0, ' ', (byte) 0xFF, '"'}) {
      Arrays.fill(bytes, bytes.length - 16, bytes.length, data);
      for (int shift = 1; shift <= 16; shift++) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length + shift);
        Files.write(file(), bytes);
        if (data == ' ' && shift == 8) {
          // Equals a file with longer padding.
          continue;
        }
        assertThatThrownBy(() -> SafetensorsFile.read(file()))
            .as("%d bytes of %d", shift, data)
            .isInstanceOf(MalformedFileException.class);
      }
    }
  }

  @Test
  void aHeaderThatIsNoUtf8IsRefused() throws IOException {
    SafetensorsFixture.writeRaw(
        file(), "{\"?\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8]}}", 8);
    byte[] bytes = Files.readAllBytes(file());
    bytes[10] = (byte) 0xC3;
    Files.write(file(), bytes);

    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void anEmptyFileIsNoSafetensorsFile() throws IOException {
    Files.createFile(file());

    assertThatThrownBy(() -> SafetensorsFile.read(file()))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("cut off");
  }

  private Path file() {
    return folder.resolve("model.safetensors");
  }
}
