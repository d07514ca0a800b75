package org.stfbatch.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/**
 * Self-contained HTML report with its style, its chart library and, unless it is live, its data.
 */
public final class HtmlPage {
  private static final String CHARTS = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

  private HtmlPage() {}

  /** Writes a page that makes no network requests. The caller closes the writer. */
  public static void still(RunReport report, Writer out) throws IOException {
    // JSON escaped so that it cannot end the script element that contains it.
    String data = ReportJson.text(LiveReport.still(report)).replace("<", "\\u003c");
    write("Run " + report.run(), "", data, out);
  }

  /**
   * Writes a page that polls for the newest report.
   *
   * @param source the URL, relative to the page, of a {@link LiveReport} as JSON
   * @param every the polling interval
   */
  public static void live(String source, Duration every, Writer out) throws IOException {
    String from = " data-source=\"%s\" data-every=\"%d\"".formatted(source, every.toMillis());
    write("stf-batch", from, "null", out);
  }

  private static void write(String title, String from, String data, Writer out) throws IOException {
    out.write("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.write("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.write("<meta name=\"color-scheme\" content=\"light dark\">\n");
    out.write("<title>" + title.replace("&", "&amp;").replace("<", "&lt;") + "</title>\n");
    out.write("<link rel=\"icon\" href=\"data:,\">\n");
    out.write("<style>\n" + own("report.css") + "</style>\n</head>\n");
    out.write("<body" + from + ">\n" + own("report.body.html"));
    out.write("<script id=\"data\" type=\"application/json\">" + data + "</script>\n");
    out.write("<script>" + chartLibrary() + "</script>\n");
    out.write("<script>\n" + own("report.js") + "</script>\n</body>\n</html>\n");
  }

  private static String own(String name) {
    return resource("/org/stfbatch/report/" + name);
  }

  private static String chartLibrary() {
    try (InputStream in = open(CHARTS)) {
      Properties library = new Properties();
      library.load(in);
      return withoutMap(
          resource(
              "/META-INF/resources/webjars/chart.js/%s/dist/chart.umd.min.js"
                  .formatted(library.getProperty("version"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Removes the reference to a source map, which a browser's developer tools would request in vain.
   */
  private static String withoutMap(String script) {
    return script.replaceAll("//# sourceMappingURL=\\S*", "");
  }

  private static String resource(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) {
    return Optional.ofNullable(HtmlPage.class.getResourceAsStream(name))
        .orElseThrow(() -> new IllegalStateException("the program has no resource " + name));
  }
}
