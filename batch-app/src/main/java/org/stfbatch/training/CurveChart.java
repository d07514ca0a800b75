package org.stfbatch.training;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.stfbatch.file.WholeFile;

/** Line chart of training losses by step, with a logarithmic loss axis, as SVG. */
public final class CurveChart {
  private static final double WIDTH = 900;
  private static final double HEIGHT = 420;
  private static final double LEFT = 60;
  private static final double RIGHT = 20;
  private static final double TOP = 20;
  private static final double BOTTOM = 45;
  private static final double LEGEND_LINE = 18;
  private static final double LEGEND_WIDTH = 240;
  private static final int STEP_TICKS = 6;

  /** A loss of zero has no logarithm; float32 losses below this are rounding errors. */
  private static final double LEAST_LOSS = 1e-6;

  /** Losses at which an axis label may stand, times powers of ten. */
  private static final double[] LOSS_TICKS = {1, 2, 5};

  private static final List<String> COLOURS =
      List.of("#0037ff", "#ffac00", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#17becf", "#333");

  private final Map<String, TrainingCurve> curves = new LinkedHashMap<>();
  private final double lastStep;
  private final double leastLoss;
  private final double mostLoss;

  /**
   * @param curves one or more, each of one or more points
   */
  public CurveChart(List<TrainingCurve> curves) {
    curves.forEach(curve -> this.curves.put(uniqueName(curve.name()), curve));
    List<TrainingCurve.Point> points = curves.stream().flatMap(c -> c.points().stream()).toList();
    lastStep = points.stream().mapToLong(TrainingCurve.Point::step).max().orElse(1);
    leastLoss = points.stream().mapToDouble(CurveChart::loss).min().orElse(LEAST_LOSS) / 1.1;
    mostLoss = points.stream().mapToDouble(CurveChart::loss).max().orElse(1) * 1.1;
  }

  private static double loss(TrainingCurve.Point point) {
    return Math.max(LEAST_LOSS, point.loss());
  }

  /** Folders of one name get numbers. */
  private String uniqueName(String folder) {
    String name = folder;
    for (int n = 2; curves.containsKey(name); n++) {
      name = folder + " " + n;
    }
    return name;
  }

  /** Writes the chart; the file is replaced when the new one is complete. */
  public void write(Path file) throws IOException {
    WholeFile.write(file, this::write);
  }

  private void write(OutputStream out) throws IOException {
    try {
      XMLStreamWriter svg =
          XMLOutputFactory.newFactory().createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
      svg.writeStartElement("svg");
      svg.writeDefaultNamespace("http://www.w3.org/2000/svg");
      svg.writeAttribute("viewBox", "0 0 " + number(WIDTH) + " " + number(HEIGHT));
      svg.writeAttribute("font-family", "sans-serif");
      svg.writeAttribute("font-size", "12");
      rectangle(svg);
      axes(svg);
      int index = 0;
      for (Map.Entry<String, TrainingCurve> curve : curves.entrySet()) {
        String colour = COLOURS.get(index % COLOURS.size());
        polyline(svg, curve.getValue(), colour);
        legend(svg, index++, curve.getKey(), colour);
      }
      svg.writeEndElement();
      svg.close();
    } catch (XMLStreamException e) {
      throw new IOException("the chart could not be written: " + e.getMessage(), e);
    }
  }

  private static void rectangle(XMLStreamWriter svg) throws XMLStreamException {
    svg.writeEmptyElement("rect");
    svg.writeAttribute("width", "100%");
    svg.writeAttribute("height", "100%");
    svg.writeAttribute("fill", "white");
  }

  private void axes(XMLStreamWriter svg) throws XMLStreamException {
    for (double loss : lossTicks()) {
      line(svg, LEFT, y(loss), WIDTH - RIGHT, y(loss));
      text(svg, LEFT - 8, y(loss) + 4, "end", shortest(loss));
    }
    for (int tick = 0; tick <= STEP_TICKS; tick++) {
      double step = Math.rint(lastStep * tick / STEP_TICKS);
      line(svg, x(step), HEIGHT - BOTTOM, x(step), HEIGHT - BOTTOM + 5);
      text(svg, x(step), HEIGHT - BOTTOM + 18, "middle", String.valueOf((long) step));
    }
    line(svg, LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
    text(svg, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "middle", "step");
    text(svg, 12, TOP, "start", "loss");
  }

  private List<Double> lossTicks() {
    List<Double> ticks = new ArrayList<>();
    for (double power = Math.pow(10, Math.floor(Math.log10(leastLoss)));
        power <= mostLoss;
        power *= 10) {
      for (double digit : LOSS_TICKS) {
        if (digit * power >= leastLoss && digit * power <= mostLoss) {
          ticks.add(digit * power);
        }
      }
    }
    return ticks;
  }

  private static String shortest(double loss) {
    return BigDecimal.valueOf(loss).round(new MathContext(1)).stripTrailingZeros().toPlainString();
  }

  private void polyline(XMLStreamWriter svg, TrainingCurve curve, String colour)
      throws XMLStreamException {
    svg.writeEmptyElement("polyline");
    svg.writeAttribute("fill", "none");
    svg.writeAttribute("stroke", colour);
    svg.writeAttribute("stroke-width", "1.5");
    svg.writeAttribute(
        "points",
        curve.points().stream()
            .map(point -> number(x(point.step())) + "," + number(y(loss(point))))
            .collect(Collectors.joining(" ")));
  }

  private static void legend(XMLStreamWriter svg, int index, String name, String colour)
      throws XMLStreamException {
    double x = WIDTH - RIGHT - LEGEND_WIDTH;
    double y = TOP + LEGEND_LINE * (index + 1);
    svg.writeEmptyElement("rect");
    svg.writeAttribute("x", number(x));
    svg.writeAttribute("y", number(y - 6));
    svg.writeAttribute("width", "20");
    svg.writeAttribute("height", "3");
    svg.writeAttribute("fill", colour);
    text(svg, x + 28, y, "start", name);
  }

  private static void line(XMLStreamWriter svg, double x1, double y1, double x2, double y2)
      throws XMLStreamException {
    svg.writeEmptyElement("path");
    svg.writeAttribute(
        "d", "M%s %sL%s %s".formatted(number(x1), number(y1), number(x2), number(y2)));
    svg.writeAttribute("stroke", "#ccc");
  }

  private static void text(XMLStreamWriter svg, double x, double y, String anchor, String text)
      throws XMLStreamException {
    svg.writeStartElement("text");
    svg.writeAttribute("x", number(x));
    svg.writeAttribute("y", number(y));
    svg.writeAttribute("text-anchor", anchor);
    svg.writeCharacters(text);
    svg.writeEndElement();
  }

  private double x(double step) {
    return LEFT + step / lastStep * (WIDTH - LEFT - RIGHT);
  }

  private double y(double loss) {
    double share = Math.log(loss / leastLoss) / Math.log(mostLoss / leastLoss);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  private static String number(double coordinate) {
    return String.format(Locale.ROOT, "%.1f", coordinate);
  }
}
