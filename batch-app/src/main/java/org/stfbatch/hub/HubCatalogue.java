package org.stfbatch.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists the files of a hub's repositories. */
final class HubCatalogue {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NEXT_PAGE = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"next\"");
  private static final Pattern FILE_NAME = Pattern.compile("\\w[\\w.-]*");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  private final HubClient client;
  private final Retry retry;

  HubCatalogue(HubClient client, Retry retry) {
    this.client = client;
    this.retry = retry;
  }

  /**
   * Returns the files directly in the folder, all of one commit.
   *
   * @throws HubException if there is no such folder, or it may not be read
   */
  List<HubFile> files(HubFolder folder) throws IOException, InterruptedException {
    HubFolder fixed = folder.at(commit(folder));
    List<HubFile> files = new ArrayList<>();
    String tree = "api/models/%s/tree/%s".formatted(fixed.repository(), fixed.revision());
    Optional<URI> page =
        Optional.of(client.address(fixed.folder().isEmpty() ? tree : tree + "/" + fixed.folder()));
    while (page.isPresent()) {
      HttpResponse<String> response = get(page.get(), folder);
      for (JsonNode entry : json(response, folder)) {
        file(fixed, entry).ifPresent(files::add);
      }
      page = next(response, folder);
    }
    return files;
  }

  /** Resolves the revision to a commit: a branch may move during a download. */
  private String commit(HubFolder folder) throws IOException, InterruptedException {
    String revision =
        URLEncoder.encode(folder.revision(), StandardCharsets.UTF_8).replace("+", "%20");
    URI address =
        URI.create(client.address("api/models/" + folder.repository() + "/revision/") + revision);
    String commit = json(get(address, folder), folder).path("sha").asText();
    if (!HEX.matcher(commit).matches()) {
      throw noHub(folder, null);
    }
    return commit;
  }

  /** Returns the text of a small file. */
  String text(HubFile file) throws IOException, InterruptedException {
    return get(address(client, file), file.folder()).body();
  }

  static URI address(HubClient client, HubFile file) {
    HubFolder folder = file.folder();
    return client.address(
        "%s/resolve/%s/%s"
            .formatted(folder.repository(), folder.revision(), folder.pathOf(file.name())));
  }

  private static Optional<HubFile> file(HubFolder folder, JsonNode entry) {
    String path = entry.path("path").asText();
    String name = path.substring(path.lastIndexOf('/') + 1);
    boolean usable =
        entry.path("type").asText().equals("file")
            && path.equals(folder.pathOf(name))
            && FILE_NAME.matcher(name).matches();
    if (!usable) {
      return Optional.empty();
    }
    JsonNode large = entry.path("lfs");
    Checksum checksum =
        large.isObject()
            ? new Checksum(Checksum.Algorithm.SHA256, hex(folder, large.path("oid").asText()))
            : new Checksum(Checksum.Algorithm.GIT_BLOB, hex(folder, entry.path("oid").asText()));
    return Optional.of(new HubFile(folder, name, entry.path("size").asLong(), checksum));
  }

  private static String hex(HubFolder folder, String checksum) {
    if (!HEX.matcher(checksum).matches()) {
      throw noHub(folder, null);
    }
    return checksum;
  }

  private Optional<URI> next(HttpResponse<String> response, HubFolder subject) {
    Optional<Matcher> link =
        response.headers().firstValue("Link").map(NEXT_PAGE::matcher).filter(Matcher::find);
    try {
      return link.map(found -> client.endpoint().resolve(found.group(1)));
    } catch (IllegalArgumentException e) {
      throw noHub(subject, e);
    }
  }

  private HttpResponse<String> get(URI address, HubFolder subject)
      throws IOException, InterruptedException {
    Request request = new Request(address, subject);
    retry.run(subject.toString(), request);
    return request.response;
  }

  private final class Request implements Retry.Attempt {
    private final URI address;
    private final HubFolder subject;
    private HttpResponse<String> response;

    Request(URI address, HubFolder subject) {
      this.address = address;
      this.subject = subject;
    }

    @Override
    public void run() throws BrokenOffException, InterruptedException {
      response = client.get(address, Map.of(), BodyHandlers.ofString(), this::arrived, subject);
    }

    @Override
    public long arrived() {
      return 0;
    }
  }

  private static JsonNode json(HttpResponse<String> response, HubFolder subject) {
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw noHub(subject, e);
    }
  }

  private static HubException noHub(HubFolder subject, Throwable cause) {
    return HubException.permanent(
        "what the server says of %s is no answer of a Hugging Face hub: check HF_ENDPOINT"
            .formatted(subject),
        cause);
  }
}
