package org.stfbatch.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Validates the output paths of a command before any work is done: finds outputs that cannot be
 * written, and outputs that would overwrite an input, another output or the program's own data. Two
 * paths are the same if they lead to the same file or folder, relative or absolute, through
 * symbolic or hard links.
 *
 * <p>Null paths (options that were not given) are ignored. Used by one thread.
 */
public final class OutputPaths {
  private static final Path NOTHING = Path.of("/dev/null");
  private static final Pattern CHECKPOINT_FILE =
      Pattern.compile(
          "(config|generation_config|preprocessor_config|processor_config|tokenizer|tokenizer_config"
              + "|special_tokens_map|added_tokens)\\.json|tokenizer\\.model"
              + "|.*\\.(safetensors|bin)(\\.index\\.json)?");

  private final List<Named> inputs = new ArrayList<>();
  private final List<Named> closed = new ArrayList<>();
  private final List<Named> outputs = new ArrayList<>();

  private record Named(String name, Path given, Path place) {}

  /** Adds an input file or folder. Outputs may lie in such a folder. */
  public OutputPaths reads(String name, Path path) {
    add(inputs, name, path);
    return this;
  }

  /** Adds a folder in which no output may lie, such as a model's. */
  public OutputPaths keepsOutOf(String name, Path folder) {
    add(closed, name, folder);
    return this;
  }

  /** Adds several folders in which no output may lie. */
  public OutputPaths keepsOutOf(String name, List<Path> folders) {
    folders.forEach(folder -> keepsOutOf(name, folder));
    return this;
  }

  /**
   * Adds an output file.
   *
   * @throws OutputException if it is a folder, or its folder does not exist or cannot be written to
   */
  public OutputPaths writes(String name, Path file) {
    if (file != null) {
      Named output = named(name, file);
      requireWritable(output);
      addOutput(output);
    }
    return this;
  }

  /**
   * Adds an output folder; it and its parents need not exist.
   *
   * @throws OutputException if it is a file, or cannot be made or written to
   */
  public OutputPaths writesInto(String name, Path folder) {
    if (folder != null) {
      Named output = named(name, folder);
      requireWritableFolder(output, output.place());
      addOutput(output);
    }
    return this;
  }

  private static void add(List<Named> list, String name, Path path) {
    if (path != null) {
      list.add(named(name, path));
    }
  }

  private static Named named(String name, Path path) {
    try {
      return new Named(name, path, Location.of(path));
    } catch (IOException e) {
      throw new OutputException("cannot use " + path + ": " + e.getMessage(), e);
    }
  }

  private static void requireWritable(Named output) {
    Path parent = output.place().getParent();
    if (Files.isDirectory(output.place()) || parent == null) {
      throw new OutputException(
          "cannot write %s: it is a folder; give the name of a file".formatted(output.given()));
    }
    if (Files.exists(output.place()) && !Files.isRegularFile(output.place())) {
      return;
    }
    if (!Files.isDirectory(parent)) {
      throw new OutputException(
          "cannot write %s: there is no folder %s; make it first"
              .formatted(output.given(), parent));
    }
    requireWritableFolder(output, parent);
  }

  private static void requireWritableFolder(Named output, Path folder) {
    Path there = folder;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw new OutputException(
          "cannot write %s: %s is not a folder; give another %s"
              .formatted(output.given(), there, output.name()));
    }
    try {
      // Permission bits do not show a file system that is mounted read-only.
      Files.delete(Files.createTempFile(there, ".stf-batch", null));
    } catch (IOException e) {
      throw new OutputException(
          "cannot write %s: nothing can be written in %s; allow it or give another %s"
              .formatted(output.given(), there, output.name()),
          e);
    }
  }

  private void addOutput(Named output) {
    for (Named other : outputs) {
      requireApart(output, other);
    }
    outputs.add(output);
  }

  private static void requireApart(Named output, Named other) {
    if (isSame(output, other) && !other.place().equals(NOTHING)) {
      throw new OutputException(
          "%s and %s name the same file, %s: give two"
              .formatted(other.name(), output.name(), output.given()));
    }
    if (WholeFile.isPartial(output.place(), other.place())
        || WholeFile.isPartial(other.place(), output.place())) {
      throw new OutputException(
          "%s %s and %s %s: files are called NAME.partial until they are complete; give other names"
              .formatted(other.name(), other.given(), output.name(), output.given()));
    }
  }

  /**
   * Compares every output with every input and every other output.
   *
   * @throws OutputException naming the first two paths that conflict
   */
  public void check() {
    for (Named output : outputs) {
      for (Named input : inputs) {
        requireNotRead(output, input);
      }
      for (Named folder : closed) {
        requireNotRead(output, folder);
        if (isBelow(output.place(), folder)) {
          throw new OutputException(
              "%s %s lies in %s %s, which is only read: give a place outside"
                  .formatted(output.name(), output.given(), folder.name(), folder.given()));
        }
      }
      requireNotOfCheckpoint(output);
    }
  }

  /**
   * Refuses to overwrite a checkpoint's files in any folder: which models exist is not known, but
   * their file names are.
   */
  private static void requireNotOfCheckpoint(Named output) {
    Path file = output.place();
    boolean taken =
        Files.isRegularFile(file)
            && CHECKPOINT_FILE.matcher(file.getFileName().toString()).matches()
            && Files.isRegularFile(file.resolveSibling("config.json"));
    if (taken) {
      throw new OutputException(
          "%s %s is a file of the model in %s, which would be lost: give another %s"
              .formatted(output.name(), output.given(), file.getParent(), output.name()));
    }
  }

  private static void requireNotRead(Named output, Named input) {
    if (isSame(output, input)) {
      throw new OutputException(
          "%s %s is %s, which would be lost: give another %s"
              .formatted(output.name(), output.given(), input.name(), output.name()));
    }
  }

  private static boolean isSame(Named one, Named other) {
    try {
      return Location.same(one.place(), other.place());
    } catch (IOException e) {
      throw new OutputException(
          "cannot compare %s and %s: %s".formatted(one.given(), other.given(), e.getMessage()), e);
    }
  }

  private static boolean isBelow(Path place, Named folder) {
    for (Path at = place.getParent(); at != null; at = at.getParent()) {
      if (isSame(new Named("", at, at), folder)) {
        return true;
      }
    }
    return false;
  }
}
