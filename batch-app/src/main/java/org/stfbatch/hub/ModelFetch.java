package org.stfbatch.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Downloads a checkpoint from a hub, with the vision tower that its {@code config.json} names. The
 * tower is stored in a folder of its last name inside the checkpoint's folder, where opening the
 * checkpoint looks for it. A checkpoint in the layout of transformers names no tower, because its
 * own weights include it.
 */
public final class ModelFetch {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern REPOSITORY = Pattern.compile("\\w[\\w.-]*/\\w[\\w.-]*");

  private final HubSettings settings;
  private final FetchListener listener;
  private final HubClient client;
  private final Retry retry;
  private final HubCatalogue catalogue;

  public ModelFetch(HubSettings settings, FetchListener listener) {
    this.settings = settings;
    this.listener = listener;
    this.client = new HubClient(settings);
    this.retry = new Retry(settings, listener);
    this.catalogue = new HubCatalogue(client, retry);
  }

  /**
   * Downloads the missing files of a checkpoint. Existing files are compared with the hub's
   * checksums, and replaced if they differ.
   *
   * @param to the checkpoint's folder; created if it does not exist
   * @param tower where to download the tower from, instead of the repository that the checkpoint
   *     names
   * @throws HubException if the hub refuses or does not answer, the disk has too little space, or a
   *     file's checksum is wrong
   */
  public FetchResult fetch(HubFolder model, Path to, Optional<HubFolder> tower)
      throws IOException, InterruptedException {
    Part checkpoint = part(model, to);
    Optional<String> towerName = towerName(checkpoint.files());
    Optional<Part> towerPart = Optional.empty();
    if (towerName.isPresent()) {
      HubFolder source = tower.orElseGet(() -> towerRepository(model, towerName.get()));
      towerPart = Optional.of(part(source, to.resolve(lastName(towerName.get()))));
    }
    List<Part> parts = Stream.concat(Stream.of(checkpoint), towerPart.stream()).toList();
    parts.forEach(part -> createFolder(part.folder()));
    List<FileDownload> downloads = parts.stream().flatMap(this::downloads).toList();
    long bytes = parts.stream().mapToLong(Part::bytes).sum();
    long received = new Downloads(settings, listener).run(downloads, bytes, to);
    return new FetchResult(downloads.size(), bytes, received, towerPart.map(Part::folder));
  }

  private Part part(HubFolder source, Path folder) throws IOException, InterruptedException {
    return new Part(CheckpointFiles.needed(source, catalogue.files(source)), folder);
  }

  private Stream<FileDownload> downloads(Part part) {
    return part.files().stream()
        .map(
            file ->
                new FileDownload(
                    client, retry, listener, file, part.folder().resolve(file.name())));
  }

  /** The files of one local folder. */
  private record Part(List<HubFile> files, Path folder) {
    long bytes() {
      return files.stream().mapToLong(HubFile::size).sum();
    }
  }

  private Optional<String> towerName(List<HubFile> files) throws IOException, InterruptedException {
    Optional<HubFile> config =
        files.stream().filter(file -> file.name().equals("config.json")).findFirst();
    if (config.isEmpty()) {
      return Optional.empty();
    }
    try {
      String name = JSON.readTree(catalogue.text(config.get())).path("mm_vision_tower").asText();
      return Optional.of(name).filter(some -> !some.isBlank());
    } catch (JsonProcessingException e) {
      throw HubException.permanent(
          "%s is no JSON: the checkpoint cannot be used".formatted(config.get()), e);
    }
  }

  /**
   * Returns the tower's repository. A checkpoint may also name a folder on the machine that trained
   * it, which is refused.
   */
  private static HubFolder towerRepository(HubFolder model, String name) {
    if (lastName(name).equals("clip-vit-large-patch14-336")) {
      return HubFolder.parse("openai/clip-vit-large-patch14-336", HubFolder.MAIN);
    }
    if (!REPOSITORY.matcher(name).matches()) {
      throw HubException.permanent(
          "the vision tower of %s is \"%s\", which is no repository: name one with --vision-tower"
              .formatted(model, name));
    }
    return HubFolder.parse(name, HubFolder.MAIN);
  }

  private static String lastName(String name) {
    Path last = Path.of(name).normalize().getFileName();
    if (last == null || last.toString().isEmpty() || last.toString().equals("..")) {
      throw HubException.permanent("the vision tower's name \"" + name + "\" cannot be used");
    }
    return last.toString();
  }

  private static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw HubException.permanent(folder + " is a file: give a folder with --to", e);
    } catch (IOException e) {
      throw HubException.permanent(
          "the folder %s cannot be made (%s): give another with --to"
              .formatted(folder, e.getMessage()),
          e);
    }
  }
}
