package org.stfbatch.db;

import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What files a run's jobs came from. */
public final class RunInputStore {

  private static final String SOURCES =
      "select kind, location, image_root from job_source where run_id = :run order by source_id";

  private static final String IS_IMAGE =
      """
      select exists (
        select 1
        from image_job
        join job_source using (source_id)
        where image_job.run_id = :run
          and image_root = :root
          and image_ref in (:relative, :absolute)
      )
      """;

  private final JdbcClient jdbc;

  public RunInputStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  private record Source(String kind, String location, String imageRoot) {}

  /** The question files of a run, absolute, as they were when they were read. */
  public List<Path> questionFiles(long runId) {
    return sources(runId).stream()
        .filter(source -> source.kind().equals(SourceKind.QUESTIONS.stored()))
        .map(source -> Path.of(source.location()))
        .toList();
  }

  /**
   * Whether a file is an image that jobs of a run name. Looks at all of the run's jobs if the file
   * lies in a folder of its images.
   *
   * @param file absolute and normalised
   */
  public boolean isImage(long runId, Path file) {
    return sources(runId).stream()
        .map(source -> Path.of(source.imageRoot()))
        .distinct()
        .filter(file::startsWith)
        .anyMatch(root -> isImage(runId, root, file));
  }

  private boolean isImage(long runId, Path root, Path file) {
    return jdbc.sql(IS_IMAGE)
        .param("run", runId)
        .param("root", root.toString())
        .param("relative", root.relativize(file).toString())
        .param("absolute", file.toString())
        .query(Boolean.class)
        .single();
  }

  private List<Source> sources(long runId) {
    return jdbc.sql(SOURCES)
        .param("run", runId)
        .query(
            (row, n) ->
                new Source(
                    row.getString("kind"), row.getString("location"), row.getString("image_root")))
        .list();
  }
}
