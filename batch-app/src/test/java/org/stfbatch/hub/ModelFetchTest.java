package org.stfbatch.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.stfbatch.hub.HubServer.Bytes;
import org.stfbatch.net.ProxySettings;

/** Downloads from a local HTTP server. */
class ModelFetchTest {
  private static final String MODEL = "lab/llava";
  private static final String CLIP = "openai/clip-vit-large-patch14-336";
  private static final long MB = 1_000_000;

  private final Listener listener = new Listener();
  private HubServer server;
  private @TempDir Path folder;

  @BeforeEach
  void aHubWithAModel() throws IOException {
    server =
        new HubServer()
            .has(MODEL, "config.json", json("{\"mm_vision_tower\": \"" + CLIP + "\"}"))
            .has(MODEL, "tokenizer.model", json("t".repeat(5000)))
            .has(MODEL, "README.md", json("# read me"))
            .has(MODEL, "optimizer.pt", Bytes.generated(3 * MB, 9), true)
            .has(MODEL, "model.safetensors", Bytes.generated(3 * MB, 1), true)
            .has(MODEL, "pytorch_model.bin", Bytes.generated(3 * MB, 2), true)
            .has(CLIP, "config.json", json("{}"))
            .has(CLIP, "preprocessor_config.json", json("{\"size\": 336}"))
            .has(CLIP, "tf_model.h5", Bytes.generated(MB, 3), true)
            .has(CLIP, "pytorch_model.bin", Bytes.generated(2 * MB, 4), true);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void bringsWhatAModelNeedsAndItsTowerAndNothingElse() throws Exception {
    FetchResult result = fetch(MODEL);

    Path tower = folder.resolve("clip-vit-large-patch14-336");
    assertThat(result.tower()).contains(tower);
    assertThat(result.files()).isEqualTo(6);
    assertThat(result.bytes()).isEqualTo(result.received()).isEqualTo(listener.received.get());
    assertThat(names(folder))
        .containsExactly(
            "clip-vit-large-patch14-336", "config.json", "model.safetensors", "tokenizer.model");
    assertThat(names(tower))
        .containsExactly("config.json", "preprocessor_config.json", "pytorch_model.bin");
    requireEqual(folder.resolve("model.safetensors"), Bytes.generated(3 * MB, 1));
    requireEqual(tower.resolve("pytorch_model.bin"), Bytes.generated(2 * MB, 4));
    assertThat(folder.resolve("config.json")).content().contains(CLIP);
  }

  @Test
  void comesThroughTheProxyOfTheEnvironment() throws Exception {
    String proxy = server.endpoint().replace("//", "//me:secret@");
    HubSettings behind =
        new HubSettings(
                URI.create("http://hub.example.invalid"),
                Optional.empty(),
                2,
                2,
                Duration.ofMillis(1),
                Duration.ofSeconds(20))
            .through(ProxySettings.of(Map.of("http_proxy", proxy, "no_proxy", "localhost")));

    FetchResult result =
        new ModelFetch(behind, listener)
            .fetch(HubFolder.parse(MODEL, HubFolder.MAIN), folder, Optional.empty());

    assertThat(result.files()).isEqualTo(6);
    assertThat(server.proxyLogins()).containsOnly("Basic bWU6c2VjcmV0");
  }

  @Test
  void aLargeFileArrivesThoughEveryConnectionIsCut() throws Exception {
    Bytes large = Bytes.generated(200 * MB, 5);
    server.has(MODEL, "model.safetensors", large, true).cutsAfter(20 * MB);

    fetch(MODEL);

    requireEqual(folder.resolve("model.safetensors"), large);
    assertThat(server.requests().stream().filter(r -> r.startsWith("store model.safetensors")))
        .hasSizeGreaterThanOrEqualTo(10)
        .anySatisfy(request -> assertThat(request).endsWith(" bytes=180000000-"));
    assertThat(listener.received.get()).isLessThan(210 * MB);
    assertThat(names(folder)).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void aSecondFetchGoesOnWhereTheFirstEnded() throws Exception {
    Files.write(folder.resolve("model.safetensors.part"), Bytes.generated(3 * MB, 1).read(0, 1000));

    FetchResult result = fetch(MODEL);

    assertThat(server.requests()).contains("store model.safetensors bytes=1000-");
    assertThat(result.received()).isEqualTo(result.bytes() - 1000);
    assertThat(listener.present.get()).isEqualTo(1000);
    requireEqual(folder.resolve("model.safetensors"), Bytes.generated(3 * MB, 1));
  }

  @Test
  void whatIsCompleteIsCheckedAndNotFetchedAgain() throws Exception {
    fetch(MODEL);
    try (FileChannel file =
        FileChannel.open(folder.resolve("tokenizer.model"), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {'x'}), 100);
    }
    int before = server.requests().size();

    FetchResult result = fetch(MODEL);

    assertThat(result.received()).isEqualTo(5000);
    assertThat(folder.resolve("tokenizer.model")).hasContent("t".repeat(5000));
    assertThat(server.requests().subList(before, server.requests().size()))
        .noneMatch(request -> request.startsWith("store"));
  }

  @Test
  void aRestThatBelongsToAnotherFileIsThrownAway() throws Exception {
    Files.write(folder.resolve("model.safetensors.part"), new byte[5_000]);
    Files.write(folder.resolve("tokenizer.model.part"), new byte[50_000]);

    fetch(MODEL);

    requireEqual(folder.resolve("model.safetensors"), Bytes.generated(3 * MB, 1));
    assertThat(folder.resolve("tokenizer.model")).hasContent("t".repeat(5000));
    assertThat(listener.broken).anySatisfy(why -> assertThat(why).contains("checksum is wrong"));
  }

  @Test
  void aServerWithoutRangesSendsTheFileAnew() throws Exception {
    Files.write(folder.resolve("model.safetensors.part"), Bytes.generated(3 * MB, 1).read(0, 1000));
    server.knowsNoRanges();

    FetchResult result = fetch(MODEL);

    assertThat(result.received()).isEqualTo(result.bytes());
    requireEqual(folder.resolve("model.safetensors"), Bytes.generated(3 * MB, 1));
  }

  @Test
  void oneWrongDownloadIsRepeatedAndTwoAreAnError() throws Exception {
    server.sendsWrong(1);
    fetch(MODEL + "/");
    requireEqual(folder.resolve("model.safetensors"), Bytes.generated(3 * MB, 1));

    Path other = Files.createDirectory(folder.resolve("other"));
    server.hasListedAs(
        MODEL, "model.safetensors", Bytes.generated(MB, 7), MB, Bytes.generated(MB, 8));
    assertThatThrownBy(() -> fetch(MODEL, other))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("lab/llava/model.safetensors arrived wrong 2 times")
        .hasMessageContaining("another HF_ENDPOINT")
        .satisfies(e -> assertThat(((HubException) e).isTemporary()).isTrue());
    assertThat(other.resolve("model.safetensors")).doesNotExist();
  }

  @Test
  void aFileLongerThanListedIsRefused() {
    server.hasListedAs(
        MODEL, "model.safetensors", Bytes.generated(2 * MB, 7), MB, Bytes.generated(MB, 7));
    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("model.safetensors is longer than");
  }

  @Test
  void shardsAndFoldersAreFetched() throws Exception {
    String shards = "lab/shards";
    server
        .has(shards, "README.md", json("-"))
        .has(shards, "7b/v 1/config.json", json("{\"mm_vision_tower\": \"/data/" + CLIP + "\"}"))
        .has(shards, "7b/v 1/pytorch_model.bin.index.json", json("{}"))
        .has(shards, "7b/v 1/pytorch_model-00001-of-00002.bin", Bytes.generated(MB, 1), true)
        .has(shards, "7b/v 1/pytorch_model-00002-of-00002.bin", Bytes.generated(MB, 2), true)
        .has(shards, "7b/v 1/mm_projector.bin", Bytes.generated(MB, 3), true)
        .has(shards, "7b/v 1/global_step1/state.pt", Bytes.generated(MB, 4), true);

    fetch(shards + "/7b/v 1");

    assertThat(names(folder))
        .containsExactly(
            "clip-vit-large-patch14-336",
            "config.json",
            "pytorch_model-00001-of-00002.bin",
            "pytorch_model-00002-of-00002.bin",
            "pytorch_model.bin.index.json");
    assertThatThrownBy(() -> fetch(shards))
        .hasMessageContaining("lab/shards holds no weights")
        .hasMessageContaining("OWNER/NAME/FOLDER");
  }

  @ParameterizedTest
  @CsvSource({"true, tokenizer.model", "false, tokenizer.json"})
  void theLayoutOfTransformersNeedsNoTowerOfItsOwn(boolean hasModel, String tokenizer)
      throws Exception {
    String repository = "lab/llava-hf";
    server
        .has(repository, "config.json", json("{\"model_type\": \"llava\", \"text_config\": {}}"))
        .has(repository, "preprocessor_config.json", json("{}"))
        .has(repository, "processor_config.json", json("{}"))
        .has(repository, "added_tokens.json", json("{}"))
        .has(repository, "chat_template.json", json("{}"))
        .has(repository, "tokenizer.json", json("{}"))
        .has(repository, "model.safetensors.index.json", json("{}"))
        .has(repository, "model-00001-of-00002.safetensors", Bytes.generated(MB, 1), true)
        .has(repository, "model-00002-of-00002.safetensors", Bytes.generated(MB, 2), true);
    if (hasModel) {
      server.has(repository, "tokenizer.model", json("t"));
    }

    FetchResult result = fetch(repository);

    assertThat(result.tower()).isEmpty();
    assertThat(names(folder))
        .containsExactly(
            "added_tokens.json",
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "preprocessor_config.json",
            "processor_config.json",
            tokenizer);
  }

  @Test
  void theTowerCanBeTakenFromElsewhere() throws Exception {
    server.has(MODEL, "config.json", json("{\"mm_vision_tower\": \"./my-tower\"}"));
    assertThatThrownBy(() -> fetch(MODEL))
        .hasMessageContaining("\"./my-tower\", which is no repository")
        .hasMessageContaining("--vision-tower");

    FetchResult result =
        new ModelFetch(settings(Optional.empty()), listener)
            .fetch(
                HubFolder.parse(MODEL, HubFolder.MAIN),
                folder,
                Optional.of(HubFolder.parse(CLIP, HubFolder.MAIN)));

    assertThat(result.tower()).contains(folder.resolve("my-tower"));
    assertThat(folder.resolve("my-tower/pytorch_model.bin")).hasSize(2 * MB);
  }

  @Test
  void theTokenGoesToTheHubAlone() throws Exception {
    server.wants("hf_secret");
    assertThatThrownBy(() -> fetch(MODEL))
        .hasMessageContaining("lab/llava is not there or not public (HTTP 401)")
        .hasMessageContaining("set HF_TOKEN");

    new ModelFetch(settings(Optional.of("hf_secret")), listener)
        .fetch(HubFolder.parse(MODEL, HubFolder.MAIN), folder, Optional.empty());

    assertThat(folder.resolve("model.safetensors")).hasSize(3 * MB);
    assertThat(server.tokensAtTheStore()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | access to lab/llava is refused (HTTP 403): ask for it at",
        "404 | lab/llava is not at http://localhost",
        "418 | lab/llava is refused by localhost",
      })
  void refusalsAreToldWithTheirCure(int status, String message) {
    server.refuses(1, status);
    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(((HubException) e).isTemporary()).isFalse());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aRevisionThatIsNotThereIsNamed() {
    assertThatThrownBy(
            () ->
                new ModelFetch(settings(Optional.empty()), listener)
                    .fetch(HubFolder.parse(MODEL, "no such"), folder, Optional.empty()))
        .hasMessageContaining("lab/llava is not at")
        .hasMessageContaining("--revision");
  }

  @Test
  void aBusyServerIsAskedAgainAndADeadOneGivenUp() throws Exception {
    server.refuses(2, 503);
    fetch(MODEL);
    assertThat(listener.broken).hasSize(2);

    server.refuses(100, 503);
    assertThatThrownBy(() -> fetch(MODEL))
        .hasMessageContaining("lab/llava: ")
        .hasMessageContaining("answers with HTTP 503, 3 times in a row")
        .satisfies(e -> assertThat(((HubException) e).isTemporary()).isTrue());
  }

  @Test
  void noServerIsToldByItsAddress() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    HubSettings nowhere =
        new HubSettings(
            URI.create("http://ann:hunter2@localhost:" + port),
            Optional.empty(),
            1,
            2,
            Duration.ofMillis(1),
            Duration.ofSeconds(5));
    assertThatThrownBy(
            () ->
                new ModelFetch(nowhere, listener)
                    .fetch(HubFolder.parse(MODEL, HubFolder.MAIN), folder, Optional.empty()))
        .hasMessageContaining(" localhost:" + port + " does not answer")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void aDiskThatIsTooSmallIsToldBeforeAnythingIsFetched() {
    server.hasListedAs(
        MODEL, "model.safetensors", Bytes.generated(MB, 1), 1L << 60, Bytes.generated(MB, 1));
    assertThatThrownBy(() -> fetch(MODEL))
        .isInstanceOf(HubException.class)
        .hasMessageMatching(
            ".* has room for [0-9.]+ GB, but 1152921504\\.\\d GB are missing: free some.*");
    assertThat(server.requests()).noneMatch(request -> request.startsWith("store"));
  }

  @Test
  void twoDownloadsOfOneFileDoNotMix() throws Exception {
    try (FileChannel other =
        FileChannel.open(
            folder.resolve("model.safetensors.part"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      other.lock();
      assertThatThrownBy(() -> fetch(MODEL))
          .hasMessageContaining("model.safetensors is being downloaded by another process");
    }
  }

  @ParameterizedTest
  @CsvSource({"llava", "a/b/../c", "/etc/passwd", "https://huggingface.co/a/b", "a b/c"})
  void whatIsNoRepositoryIsNamed(String address) {
    assertThatThrownBy(() -> HubFolder.parse(address, HubFolder.MAIN))
        .hasMessageContaining(address)
        .hasMessageContaining("OWNER/NAME");
  }

  private FetchResult fetch(String model) throws IOException, InterruptedException {
    return fetch(model, folder);
  }

  private FetchResult fetch(String model, Path to) throws IOException, InterruptedException {
    return new ModelFetch(settings(Optional.empty()), listener)
        .fetch(HubFolder.parse(model, HubFolder.MAIN), to, Optional.empty());
  }

  private HubSettings settings(Optional<String> token) {
    return new HubSettings(
        URI.create(server.endpoint()), token, 2, 3, Duration.ofMillis(1), Duration.ofSeconds(20));
  }

  private static byte[] json(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void requireEqual(Path file, Bytes expected) throws IOException {
    assertThat(file).hasSize(expected.size());
    try (var in = Files.newInputStream(file)) {
      for (long at = 0; at < expected.size(); at += 1 << 20) {
        byte[] block = expected.read(at, (int) Math.min(1 << 20, expected.size() - at));
        assertThat(Arrays.equals(in.readNBytes(block.length), block)).as("from " + at).isTrue();
      }
    }
  }

  /** Records its calls. */
  private static final class Listener implements FetchListener {
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong present = new AtomicLong();
    private final List<String> broken = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void begins(long total, long there) {
      present.set(there);
    }

    @Override
    public void received(long bytes) {
      received.addAndGet(bytes);
    }

    @Override
    public void brokenOff(String what, String why) {
      broken.add(what + ": " + why);
    }
  }
}
