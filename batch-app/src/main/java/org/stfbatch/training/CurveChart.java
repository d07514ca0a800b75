package org.stfbatch.training;

import static java.math.RoundingMode.HALF_EVEN;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.stfbatch.file.WholeFile;

/** Chart of the loss curves of one or more trainings. */
public final class CurveChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;
  private static final Pattern LONG_FRACTION = Pattern.compile("-?\\d+\\.\\d{3,}");

  private final XYChart chart;

  /**
   * @param curves one or more, each with one or more points
   */
  public CurveChart(List<TrainingCurve> curves) {
    chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .xAxisTitle("step")
            .yAxisTitle("loss")
            .build();
    chart
        .getStyler()
        .setYAxisLogarithmic(true)
        .setLegendPosition(Styler.LegendPosition.InsideNE)
        .setChartBackgroundColor(Color.WHITE)
        .setMarkerSize(0);
    curves.forEach(this::add);
  }

  private void add(TrainingCurve curve) {
    chart
        .addSeries(
            name(curve.name()),
            curve.points().stream().mapToDouble(TrainingCurve.Point::step).toArray(),
            curve.points().stream().mapToDouble(TrainingCurve.Point::loss).toArray())
        .setMarker(SeriesMarkers.NONE);
  }

  /** Appends a number to the name of a folder that occurs twice. */
  private String name(String folder) {
    String name = folder;
    for (int n = 2; chart.getSeriesMap().containsKey(name); n++) {
      name = folder + " " + n;
    }
    return name;
  }

  /**
   * Writes the chart as SVG with coordinates rounded to a hundredth of a pixel. The file appears
   * under its name when it is complete.
   */
  public void write(Path file) throws IOException {
    ByteArrayOutputStream picture = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(chart, picture, VectorGraphicsFormat.SVG);
    byte[] rounded = rounded(picture.toString(UTF_8)).getBytes(UTF_8);
    WholeFile.write(file, out -> out.write(rounded));
  }

  /**
   * Rounds the coordinates: sixteen digits would make the file half as large again without a
   * visible difference.
   */
  private static String rounded(String svg) {
    return LONG_FRACTION
        .matcher(svg)
        .replaceAll(n -> new BigDecimal(n.group()).setScale(2, HALF_EVEN).toPlainString());
  }
}
