package org.stfbatch.cli.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.stfbatch.cli.service.Stores;
import org.stfbatch.file.OutputPaths;
import org.stfbatch.hub.FetchResult;
import org.stfbatch.hub.HubFolder;
import org.stfbatch.hub.HubSettings;
import org.stfbatch.hub.ModelFetch;
import org.stfbatch.net.ProxySettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model fetch}: downloads a checkpoint from a hub. */
@Command(
    name = "fetch",
    description = {
      "Downloads a checkpoint and its CLIP tower from the Hugging Face hub, and verifies every file.",
      "If repeated, it resumes an interrupted download and verifies existing files."
    },
    footer = {
      "  stf-batch model fetch llava-hf/llava-1.5-7b-hf --to llava-1.5-7b-hf",
      "  stf-batch model fetch liuhaotian/llava-v1.5-7b --to llava-v1.5-7b --revision main"
    })
final class ModelFetchCommand implements Callable<Integer> {
  private static final double GB = 1e9;

  private final Stores stores;

  @Parameters(
      paramLabel = "REPO",
      description = "OWNER/NAME, or OWNER/NAME/FOLDER for a folder of the repository.")
  private String repository;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "The folder for the checkpoint; the tower is stored in a subfolder.")
  private Path to;

  @Option(
      names = "--revision",
      paramLabel = "REV",
      defaultValue = HubFolder.MAIN,
      description = "A branch, tag or commit. Default: ${DEFAULT-VALUE}")
  private String revision;

  @Option(
      names = "--vision-tower",
      paramLabel = "REPO",
      description =
          "The repository of the CLIP tower. Default: the one that the checkpoint's config.json names.")
  private String visionTower;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "Parallel downloads. Default: ${DEFAULT-VALUE}")
  private int connections;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      defaultValue = "${env:HF_ENDPOINT:-" + HubSettings.DEFAULT_ENDPOINT + "}",
      description =
          "The hub, or a mirror of it. Also $HF_ENDPOINT. Default: " + HubSettings.DEFAULT_ENDPOINT)
  private String endpoint;

  @Option(
      names = "--hf-token",
      paramLabel = "TOKEN",
      defaultValue = "${env:HF_TOKEN}",
      description =
          "Access token for repositories that are not public; prefer $HF_TOKEN, which other users cannot see.")
  private String token;

  ModelFetchCommand(Stores stores) {
    this.stores = stores;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    new OutputPaths()
        .keepsOutOf("the program's store", stores.serverFolders())
        .writesInto("--to", to)
        .check();
    HubFolder model = HubFolder.parse(repository, revision);
    Optional<HubFolder> tower =
        Optional.ofNullable(visionTower).map(name -> HubFolder.parse(name, HubFolder.MAIN));
    Optional<String> secret = Optional.ofNullable(token).filter(given -> !given.isBlank());
    HubSettings hub =
        HubSettings.of(endpoint, secret, connections).through(ProxySettings.of(System.getenv()));
    try (FetchProgress progress = new FetchProgress()) {
      FetchResult result = new ModelFetch(hub, progress).fetch(model, to, tower);
      progress.close();
      report(result);
    }
    return 0;
  }

  private void report(FetchResult result) {
    System.out.printf(
        Locale.ROOT,
        "%s: %d files of %s in %.2f GB, %.2f GB of them downloaded, all checked%n",
        to,
        result.files(),
        repository,
        result.bytes() / GB,
        result.received() / GB);
    result.tower().ifPresent(folder -> System.out.println("vision tower: " + folder));
  }
}
