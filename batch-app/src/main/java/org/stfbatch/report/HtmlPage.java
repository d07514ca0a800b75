package org.stfbatch.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * A page that holds its data, its style and its chart library, and asks nothing of the network.
 *
 * @param head further elements of the head
 */
public record HtmlPage(String head) {
  private static final String CHARTS = "/META-INF/maven/org.webjars.npm/echarts/pom.properties";

  /** A page that stays as it is. */
  public static HtmlPage still() {
    return new HtmlPage("");
  }

  /** A page that is asked for again every few seconds. */
  public static HtmlPage refreshing(int seconds) {
    return new HtmlPage("<meta http-equiv=\"refresh\" content=\"" + seconds + "\">\n");
  }

  /** Writes the page; the writer stays the caller's to close. */
  public void write(RunReport report, Writer out) throws IOException {
    out.write("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.write("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.write("<title>" + escaped("Run " + report.run()) + "</title>\n");
    out.write(head);
    out.write("<link rel=\"icon\" href=\"data:,\">\n");
    out.write("<style>\n" + own("report.css") + "</style>\n</head>\n<body>\n");
    out.write(own("report.body.html"));
    out.write("<script id=\"data\" type=\"application/json\">" + embedded(report) + "</script>\n");
    out.write("<script>" + chartLibrary() + "</script>\n");
    out.write("<script>\n" + own("report.js") + "</script>\n</body>\n</html>\n");
  }

  /** JSON that cannot end the script element it stands in. */
  private static String embedded(RunReport report) {
    return ReportJson.text(report).replace("<", "\\u003c");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private static String own(String name) {
    return resource("/org/stfbatch/report/" + name);
  }

  private static String chartLibrary() {
    try (InputStream in = open(CHARTS)) {
      Properties library = new Properties();
      library.load(in);
      return resource(
          "/META-INF/resources/webjars/echarts/%s/dist/echarts.common.min.js"
              .formatted(library.getProperty("version")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) {
    InputStream in = HtmlPage.class.getResourceAsStream(name);
    if (in == null) {
      throw new IllegalStateException("the program lacks its resource " + name);
    }
    return in;
  }
}
