package org.stfbatch.model;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript source files into an in-memory TorchScript archive, like {@code torch.jit.save}
 * for a module without weights. Any LibTorch 2.x loads it, from Java or with Python's {@code
 * torch.jit.load}.
 *
 * <p>An archive is a zip of stored entries below one folder: {@code data.pkl} (the root object),
 * {@code constants.pkl}, {@code version} and {@code code/__torch__/FILE.py}. The root object is
 * built from the class declarations: every declared attribute has its type's empty value, and an
 * attribute of a module type has that module.
 */
final class TorchArchive {
  private static final Pattern CLASS = Pattern.compile("class (\\w+)\\(Module\\):");
  private static final Pattern ATTRIBUTE = Pattern.compile("    (\\w+) : ([^#]+?)\\s*(#.*)?");
  private static final Pattern MODULE_TYPE = Pattern.compile("__torch__\\.(\\w+)\\.(\\w+)");
  private static final Pattern REFERENCE = Pattern.compile("__torch__\\.(\\w+)\\.");
  private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

  private final Map<String, String> sources = new LinkedHashMap<>();
  private final String rootFile;

  private TorchArchive(String rootFile) {
    this.rootFile = rootFile;
    add(rootFile);
  }

  /** Adds a file and, recursively, the files that it imports. */
  private void add(String file) {
    if (!sources.containsKey(file)) {
      String source = readResource(file + ".py");
      sources.put(file, source);
      REFERENCE.matcher(source).results().map(found -> found.group(1)).forEach(this::add);
    }
  }

  /**
   * Packs a resource of this package and all resources that it imports.
   *
   * @param rootFile a file name without {@code .py}, whose class is the root module
   */
  static byte[] of(String rootFile) {
    return new TorchArchive(rootFile).pack();
  }

  /** Returns the files of such an archive, without {@code .py}. */
  static Set<String> files(String rootFile) {
    return Set.copyOf(new TorchArchive(rootFile).sources.keySet());
  }

  private static String readResource(String name) {
    try (InputStream in = TorchArchive.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("TorchScript source " + name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] pack() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "stf/data.pkl", rootObject());
      store(zip, "stf/constants.pkl", EMPTY_TUPLE);
      store(zip, "stf/version", "10\n".getBytes(StandardCharsets.US_ASCII));
      for (Map.Entry<String, String> source : sources.entrySet()) {
        byte[] code = source.getValue().getBytes(StandardCharsets.UTF_8);
        store(zip, "stf/code/__torch__/" + source.getKey() + ".py", code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private byte[] rootObject() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream pickle = new DataOutputStream(bytes);
    pickle.write(0x80); // PROTO
    pickle.write(2);
    writeModule(pickle, rootFile);
    pickle.write('.'); // STOP
    return bytes.toByteArray();
  }

  private void writeModule(DataOutputStream pickle, String file) throws IOException {
    String source = sources.get(file);
    pickle.writeBytes("c__torch__." + file + "\n" + className(source) + "\n"); // GLOBAL
    pickle.writeBytes(")\u0081}("); // EMPTY_TUPLE, NEWOBJ, EMPTY_DICT, MARK
    for (Map.Entry<String, String> attribute : attributes(source).entrySet()) {
      writeString(pickle, attribute.getKey());
      writeEmptyValue(pickle, attribute.getValue());
    }
    pickle.writeBytes("ub"); // SETITEMS, BUILD
  }

  private static String className(String source) {
    Matcher matcher = CLASS.matcher(source);
    if (!matcher.find()) {
      throw new IllegalStateException("no module class in a TorchScript source");
    }
    return matcher.group(1);
  }

  private static Map<String, String> attributes(String source) {
    return source
        .lines()
        .map(ATTRIBUTE::matcher)
        .filter(Matcher::matches)
        .collect(
            Collectors.toMap(m -> m.group(1), m -> m.group(2), (a, b) -> b, LinkedHashMap::new));
  }

  private void writeEmptyValue(DataOutputStream pickle, String type) throws IOException {
    Matcher module = MODULE_TYPE.matcher(type);
    if (module.matches()) {
      writeModule(pickle, module.group(1));
    } else if (type.startsWith("Dict[")) {
      pickle.write('}');
    } else if (type.startsWith("List[")) {
      pickle.write(']');
    } else {
      writeEmptyScalar(pickle, type);
    }
  }

  private static void writeEmptyScalar(DataOutputStream pickle, String type) throws IOException {
    switch (type) {
      case "bool" -> pickle.write(0x89); // NEWFALSE
      case "int" -> pickle.writeBytes("K\0"); // BININT1
      case "float" -> {
        pickle.write('G'); // BINFLOAT
        pickle.writeDouble(0);
      }
      case "str" -> writeString(pickle, "");
      default -> throw new IllegalStateException("no empty value for the TorchScript type " + type);
    }
  }

  private static void writeString(DataOutputStream pickle, String value) throws IOException {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    pickle.write('X'); // BINUNICODE
    pickle.writeInt(Integer.reverseBytes(utf8.length));
    pickle.write(utf8);
  }
}
