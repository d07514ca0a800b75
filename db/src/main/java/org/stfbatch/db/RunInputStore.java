package org.stfbatch.db;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Store of the input files of all runs. */
public final class RunInputStore {

  private static final String QUESTION_FILES =
      """
      select run.name, location
      from job_source join run using (run_id)
      where kind in (:questions, :shards) and location like '/%'
      order by source_id
      """;

  private static final String RUN_OF_LOCATION =
      """
      select run.name
      from job_source join run using (run_id)
      where kind in (:questions, :shards) and location = :address
      limit 1
      """;

  private static final String RUN_WITH_REFERENCE =
      """
      select run.name
      from image_job
      join job_source using (source_id)
      join run on run.run_id = image_job.run_id
      where image_ref = :address or image_root = :root and image_ref = :relative
      limit 1
      """;

  private static final String IMAGE_ROOTS = "select distinct image_root from job_source";

  private static final String RUN_WITH_SHARDS =
      """
      select run.name
      from job_source join run using (run_id)
      where kind = :shards and image_root = :folder
      limit 1
      """;

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
   * A question file, or a shard, and a run whose jobs came from it.
   *
   * @param run name of the run
   * @param file absolute path at the time of ingest
   */
  public record QuestionFile(String run, Path file) {}

  /** Returns the question files and the shards of all runs. */
  public List<QuestionFile> questionFiles() {
    return jdbc.sql(QUESTION_FILES)
        .param("questions", SourceKind.QUESTIONS.stored())
        .param("shards", SourceKind.WEBDATASET.stored())
        .query((row, n) -> new QuestionFile(row.getString(1), Path.of(row.getString(2))))
        .list();
  }

  /** Returns the name of a run with shards directly in a folder, or below a prefix. */
  public Optional<String> runWithShardsIn(String folder) {
    return jdbc.sql(RUN_WITH_SHARDS)
        .param("shards", SourceKind.WEBDATASET.stored())
        .param("folder", folder)
        .query(String.class)
        .optional();
  }

  /**
   * Returns the name of a run with jobs whose image is the file. Scans all jobs of all runs if the
   * file is below an image folder.
   *
   * @param file absolute and normalised
   */
  public Optional<String> runWithImage(Path file) {
    return jdbc.sql(IMAGE_ROOTS).query(String.class).list().stream()
        .filter(root -> root.startsWith("/"))
        .map(Path::of)
        .filter(file::startsWith)
        .flatMap(root -> runWithImage(root, file).stream())
        .findFirst();
  }

  /**
   * Returns the name of a run whose question file or image an object of a bucket is. Scans all jobs
   * of all runs.
   *
   * @param address begins with s3://
   */
  public Optional<String> runWithObject(String address) {
    return jdbc.sql(RUN_OF_LOCATION)
        .param("questions", SourceKind.QUESTIONS.stored())
        .param("shards", SourceKind.WEBDATASET.stored())
        .param("address", address)
        .query(String.class)
        .optional()
        .or(() -> runWithReference(address, address, address))
        .or(
            () ->
                jdbc.sql(IMAGE_ROOTS).query(String.class).list().stream()
                    .filter(root -> root.startsWith("s3://") && address.startsWith(root))
                    .flatMap(
                        root ->
                            runWithReference(address, root, address.substring(root.length()))
                                .stream())
                    .findFirst());
  }

  private Optional<String> runWithReference(String address, String root, String relative) {
    return jdbc.sql(RUN_WITH_REFERENCE)
        .param("address", address)
        .param("root", root)
        .param("relative", relative)
        .query(String.class)
        .optional();
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
