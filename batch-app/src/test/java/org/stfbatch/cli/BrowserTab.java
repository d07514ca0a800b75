package org.stfbatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page in an open Chromium tab, controlled over the DevTools protocol. */
final class BrowserTab implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on ws://([^/]+)/");
  private static final long PATIENCE_SECONDS = 60;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private final WebSocket socket;
  private int last;

  private BrowserTab(Process process) throws Exception {
    this.process = process;
    this.socket = connect(debuggerOf(process));
  }

  /**
   * @param program the browser
   * @param profile folder of the browser's profile
   */
  static BrowserTab open(Path program, URI page, Path profile, int width) throws Exception {
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                "--hide-scrollbars",
                "--window-size=" + width + ",2400",
                "--user-data-dir=" + profile,
                page.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return new BrowserTab(process);
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static String debuggerOf(Process process) throws IOException {
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      Matcher matcher = LISTENING.matcher(line);
      if (matcher.find()) {
        return matcher.group(1);
      }
    }
    throw new IOException("Chromium ended before it listened");
  }

  private WebSocket connect(String address) throws Exception {
    HttpResponse<String> targets =
        http.send(
            HttpRequest.newBuilder(URI.create("http://" + address + "/json/list")).build(),
            HttpResponse.BodyHandlers.ofString());
    for (JsonNode target : JSON.readTree(targets.body())) {
      if (target.path("type").asText().equals("page")) {
        return http.newWebSocketBuilder()
            .buildAsync(URI.create(target.path("webSocketDebuggerUrl").asText()), new Answers())
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }
    throw new IOException("Chromium shows no page");
  }

  /** Evaluates an expression on the page and returns it as text. */
  String evaluate(String expression) throws Exception {
    ObjectNode parameters = JSON.createObjectNode().put("expression", "String(" + expression + ")");
    return ask("Runtime.evaluate", parameters).at("/result/value").asText();
  }

  /** Returns the text of the element with an id. */
  String text(String id) throws Exception {
    return evaluate("document.getElementById('%s').textContent".formatted(id));
  }

  /** Saves a screenshot, for people. */
  void picture(Path file) throws Exception {
    JsonNode taken = ask("Page.captureScreenshot", JSON.createObjectNode());
    Files.write(file, Base64.getDecoder().decode(taken.path("data").asText()));
  }

  private synchronized JsonNode ask(String method, ObjectNode parameters) throws Exception {
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    asked.put(++last, answer);
    ObjectNode message = JSON.createObjectNode().put("id", last).put("method", method);
    message.set("params", parameters);
    socket.sendText(message.toString(), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    socket.abort();
    process.destroyForcibly();
    process.onExit().join();
  }

  private final class Answers implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
      message.append(data);
      if (isLast) {
        complete(message.toString());
        message.setLength(0);
      }
      from.request(1);
      return null;
    }

    private void complete(String text) {
      try {
        JsonNode answer = JSON.readTree(text);
        CompletableFuture<JsonNode> waiting = asked.remove(answer.path("id").asInt());
        if (waiting != null) {
          waiting.complete(answer.path("result"));
        }
      } catch (IOException e) {
        asked.values().forEach(waiting -> waiting.completeExceptionally(e));
      }
    }
  }
}
