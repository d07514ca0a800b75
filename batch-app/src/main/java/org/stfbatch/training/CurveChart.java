package org.stfbatch.training;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The curves of some trainings in one picture. */
public final class CurveChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;

  private final XYChart chart;

  /**
   * @param curves one or more, each of one or more points
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

  /** Two folders of one name are told apart by numbers. */
  private String name(String folder) {
    String name = folder;
    for (int n = 2; chart.getSeriesMap().containsKey(name); n++) {
      name = folder + " " + n;
    }
    return name;
  }

  /** Writes the picture as SVG; the file has its name when it is complete. */
  public void write(Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (var out = Files.newOutputStream(part)) {
      VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
