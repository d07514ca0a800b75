package org.stfbatch.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.stfbatch.db.StoredEvaluation.Figure;

/** Store of benchmark scores, one evaluation per run. */
public final class EvaluationStore {

  private static final String INSERT =
      """
      insert into evaluation (
        run_id, benchmark, data_folder, strict, questions, answered, published, problem, scored_at)
      values (
        :run, :benchmark, :folder, :strict, :questions, :answered, :published, :problem, :at)
      """;

  /** Does not get in the way of new jobs, whose foreign keys lock the run's key. */
  private static final String LOCK = "select 1 from run where run_id = :run for no key update";

  private static final String ADD_FIGURE =
      """
      insert into evaluation_figure (run_id, position, name, value, is_headline)
      values (:run, :position, :name, :value, :headline)
      """;

  private static final String FIND =
      """
      select
        run_id, benchmark, data_folder, strict, questions, answered, published, problem, scored_at
      from evaluation
      where run_id = :run
      """;

  private static final String FIGURES =
      """
      select name, value, is_headline
      from evaluation_figure
      where run_id = :run
      order by position
      """;

  private static final String OTHER_MODEL =
      """
      select model_name
      from answer
      where run_id = :run and model_fingerprint <> :fingerprint
      limit 1
      """;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public EvaluationStore(DataSource dataSource) {
    this.jdbc = JdbcClient.create(dataSource);
    this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
  }

  /**
   * Stores an evaluation and replaces an older one of the same run. Workers that share a run may do
   * so at the same time; one of theirs stays.
   */
  public void store(StoredEvaluation evaluation) {
    transaction.executeWithoutResult(status -> replace(evaluation));
  }

  private void replace(StoredEvaluation evaluation) {
    jdbc.sql(LOCK).param("run", evaluation.runId()).query().singleRow();
    jdbc.sql("delete from evaluation where run_id = :run")
        .param("run", evaluation.runId())
        .update();
    jdbc.sql(INSERT)
        .param("run", evaluation.runId())
        .param("benchmark", evaluation.benchmark())
        .param("folder", StoredText.readable(evaluation.dataFolder()))
        .param("strict", evaluation.strict())
        .param("questions", evaluation.questions())
        .param("answered", evaluation.answered())
        .param(
            "published",
            evaluation.published().isPresent() ? evaluation.published().getAsDouble() : null)
        .param("problem", evaluation.problem().orElse(null))
        .param("at", Rows.timestamp(evaluation.scoredAt()))
        .update();
    for (int i = 0; i < evaluation.figures().size(); i++) {
      Figure figure = evaluation.figures().get(i);
      jdbc.sql(ADD_FIGURE)
          .param("run", evaluation.runId())
          .param("position", i)
          .param("name", figure.name())
          .param("value", figure.value())
          .param("headline", figure.isHeadline())
          .update();
    }
  }

  /** Returns the run's latest evaluation. */
  public Optional<StoredEvaluation> find(long runId) {
    List<Figure> figures =
        jdbc.sql(FIGURES).param("run", runId).query((row, n) -> figure(row)).list();
    return jdbc.sql(FIND)
        .param("run", runId)
        .query((row, n) -> evaluation(row, figures))
        .optional();
  }

  /**
   * Returns the name of a model with another fingerprint that answered jobs of the run, if there is
   * one.
   */
  public Optional<String> otherModel(long runId, String fingerprint) {
    return jdbc.sql(OTHER_MODEL)
        .param("run", runId)
        .param("fingerprint", fingerprint)
        .query(String.class)
        .optional();
  }

  private static StoredEvaluation evaluation(ResultSet row, List<Figure> figures)
      throws SQLException {
    return new StoredEvaluation(
        row.getLong("run_id"),
        row.getString("benchmark"),
        row.getString("data_folder"),
        row.getBoolean("strict"),
        row.getLong("questions"),
        row.getLong("answered"),
        Rows.real(row, "published"),
        figures,
        Rows.text(row, "problem"),
        Rows.instant(row, "scored_at"));
  }

  private static Figure figure(ResultSet row) throws SQLException {
    return new Figure(row.getString("name"), row.getDouble("value"), row.getBoolean("is_headline"));
  }
}
