package org.stfbatch.db;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What files the jobs of all runs came from. */
public final class RunInputStore {

  private static final String QUESTION_FILES =
      """
      select run.name, location
      from job_source join run using (run_id)
      where kind = :questions
      order by source_id
      """;

  private static final String IMAGE_ROOTS = "select distinct image_root from job_source";

  private static final String RUN_WITH_IMAGE =
      """
      select run.name
      from image_job
      join job_source using (source_id)
      join run on run.run_id = image_job.run_id
      where image_root = :root and image_ref in (:relative, :absolute)
      limit 1
      """;

  private final JdbcClient jdbc;

  public RunInputStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
  }

  /**
   * A file and a run that reads it.
   *
   * @param run its name
   * @param file absolute, as it was when it was read
   */
  public record QuestionFile(String run, Path file) {}

  /** The question files of all runs. */
  public List<QuestionFile> questionFiles() {
    return jdbc.sql(QUESTION_FILES)
        .param("questions", SourceKind.QUESTIONS.stored())
        .query((row, n) -> new QuestionFile(row.getString(1), Path.of(row.getString(2))))
        .list();
  }

  /**
   * The name of a run of which jobs name a file as their image. Looks at all jobs of all runs if
   * the file lies in a folder of images.
   *
   * @param file absolute and normalised
   */
  public Optional<String> runWithImage(Path file) {
    return jdbc.sql(IMAGE_ROOTS).query(String.class).list().stream()
        .map(Path::of)
        .filter(file::startsWith)
        .flatMap(root -> runWithImage(root, file).stream())
        .findFirst();
  }

  private Optional<String> runWithImage(Path root, Path file) {
    return jdbc.sql(RUN_WITH_IMAGE)
        .param("root", root.toString())
        .param("relative", root.relativize(file).toString())
        .param("absolute", file.toString())
        .query(String.class)
        .optional();
  }
}
