package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.OutOfDeviceMemoryException;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/** Answers that are chosen by likelihood. */
final class AnswerChoicesTest {
  private static final int IMAGE_SIZE = 56;
  private static final double TOLERANCE = 1e-4;

  /** Texts of several tokens, one the beginning of another, in several scripts. */
  private static final List<String> TEXTS =
      List.of("A", "AB", "No", "No, it is not", "No, it isn't", "naïve 日本", "😀", "yes");

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    checkpoint = LlavaCheckpoint.open(Golden.file("checkpoints/tiny"), Optional.empty());
    tokenizer = LlamaTokenizer.open(checkpoint.directory());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @Test
  void likelihoodsAreThoseOfAForwardOfPromptAndChoiceWithoutACache() throws Exception {
    AnswerChoices choices = AnswerChoices.of(TEXTS, tokenizer, false);
    for (RecordedCase recorded : pictures()) {
      EngineJob job = job(recorded, choices);
      Answer answer = answers(new EngineSettings(1), List.of(job)).get(0);

      double[] expected = plainly(job, choices);

      assertThat(List.copyOf(answer.logProbabilities().keySet())).isEqualTo(TEXTS);
      for (int i = 0; i < expected.length; i++) {
        assertThat(answer.logProbabilities().get(TEXTS.get(i)))
            .as("%s: %s", recorded.id(), TEXTS.get(i))
            .isCloseTo(expected[i], within(TOLERANCE));
      }
      AnswerChoice likeliest = choices.likeliest(expected);
      assertThat(answer.text()).isEqualTo(likeliest.text());
      assertThat(answer.tokenIds()).isEqualTo(likeliest.tokenIds());
      assertThat(answer.finishReason()).isEqualTo(FinishReason.CHOICE);
      assertThat(answer.promptTokens() + answer.visionTokens())
          .isEqualTo(recorded.expandedLength());
    }
  }

  /** Runs the whole prompt and the beginning of a choice again for every token of the choice. */
  private static double[] plainly(EngineJob job, AnswerChoices choices) {
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      VisionTokens vision =
          job.images().isEmpty()
              ? VisionTokens.none(checkpoint.config().language().hiddenSize())
              : model.encodeImages(job.images().stream().map(Pixels::chw).toList());
      model.reserve(new CacheShape(1, 2048, 0, 0));
      return choices.all().stream()
          .mapToDouble(
              choice -> {
                double sum = 0;
                for (int i = 0; i < choice.tokenIds().size(); i++) {
                  int[] ids = joined(job.promptIds(), choice.tokenIds().subList(0, i));
                  PromptLayout layout = PromptLayout.of(ids, vision.counts());
                  float[] logits = model.logits(layout.span(0, layout.length(), 0), vision);
                  sum += logProbability(logits, choice.tokenIds().get(i));
                }
                return sum;
              })
          .toArray();
    }
  }

  private static int[] joined(int[] prompt, List<Integer> more) {
    return IntStream.concat(Arrays.stream(prompt), more.stream().mapToInt(Integer::intValue))
        .toArray();
  }

  private static double logProbability(float[] logits, int token) {
    double largest = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElse(0);
    double sum =
        IntStream.range(0, logits.length).mapToDouble(i -> Math.exp(logits[i] - largest)).sum();
    return logits[token] - largest - Math.log(sum);
  }

  /** Without the end token, the shortest of texts with a common beginning would always win. */
  @Test
  void aTextDoesNotWinByBeingTheBeginningOfOthers() throws Exception {
    List<EngineJob> jobs = new ArrayList<>();
    for (RecordedCase recorded : pictures()) {
      List<Integer> ids = recorded.outputIds();
      jobs.add(
          job(
              recorded,
              new AnswerChoices(
                  IntStream.rangeClosed(1, ids.size())
                      .mapToObj(length -> choice("first " + length, ids.subList(0, length)))
                      .toList())));
    }

    List<Answer> answers = answers(new EngineSettings(4), jobs);

    assertThat(answers).anyMatch(answer -> !answer.text().equals("first 1"));
  }

  @Test
  void differentTextsExcludeEachOther() throws Exception {
    List<AnswerChoice> words =
        IntStream.range(300, 1000).mapToObj(id -> choice("word " + id, List.of(id))).toList();

    Answer answer =
        answers(new EngineSettings(1), List.of(job(recorded("tiny/q03"), new AnswerChoices(words))))
            .get(0);

    DoubleStream probabilities = answer.logProbabilities().values().stream().mapToDouble(Math::exp);
    assertThat(probabilities.sum()).isPositive().isLessThan(1);
  }

  @Test
  void choicesHaveNoPartInEachOthersLikelihood() throws Exception {
    RecordedCase recorded = recorded("tiny/q04");
    List<String> texts =
        IntStream.range(0, 400).mapToObj(i -> "item " + i % 20 + " of row " + i / 20).toList();
    List<EngineJob> oneByOne = new ArrayList<>();
    for (String text : texts.subList(0, 40)) {
      oneByOne.add(job(recorded, AnswerChoices.of(List.of(text), tokenizer, false)));
    }

    Answer together =
        answers(
                new EngineSettings(8),
                List.of(job(recorded, AnswerChoices.of(texts, tokenizer, false))))
            .get(0);
    List<Answer> alone = answers(new EngineSettings(8), oneByOne);

    for (int i = 0; i < alone.size(); i++) {
      String text = texts.get(i);
      assertThat(together.logProbabilities().get(text))
          .as(text)
          .isCloseTo(alone.get(i).logProbabilities().get(text), within(TOLERANCE));
    }
    assertThat(together.logProbabilities().get(together.text()))
        .isEqualTo(
            together.logProbabilities().values().stream()
                .mapToDouble(Double::doubleValue)
                .max()
                .orElseThrow());
  }

  @Test
  void questionsAboutAnImageShareItWhateverTheyChooseFrom() throws Exception {
    List<EngineJob> jobs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      EngineJob job = recorded("tiny/q03").job(tokenizer, IMAGE_SIZE);
      Task task = i % 3 == 0 ? Generation.greedy(4) : AnswerChoices.of(TEXTS, tokenizer, false);
      jobs.add(new EngineJob(job.promptIds(), job.images(), task));
    }
    try (Engine engine = engine(new EngineSettings(4))) {
      jobs.stream().map(engine::submit).toList().forEach(CompletableFuture::join);

      EngineStatistics statistics = engine.statistics();
      int prompt = recorded("tiny/q03").expandedLength();
      int tree = AnswerChoices.of(TEXTS, tokenizer, false).continuations().treeTokens();
      int perImage = checkpoint.config().visionTokens();
      assertThat(statistics.images()).isEqualTo(1);
      assertThat(statistics.prefixHits()).isEqualTo(9);
      assertThat(statistics.prefillTokens())
          .isLessThanOrEqualTo(perImage + 10L * (prompt - perImage) + 6L * tree);
    }
  }

  @Test
  void aDeviceThatIsTooSmallForAllTakesThemInParts() throws Exception {
    AnswerChoices choices = AnswerChoices.of(TEXTS, tokenizer, false);
    List<EngineJob> jobs = new ArrayList<>();
    for (RecordedCase recorded : pictures()) {
      jobs.add(job(recorded, choices));
    }
    OutOfDeviceMemoryException error = new OutOfDeviceMemoryException("CUDA out of memory", null);
    try (Engine engine =
        BatchingEngine.start(
            checkpoint,
            ModelSettings.exact(),
            () ->
                new FailingModel(
                    LlavaModel.load(checkpoint, ModelSettings.exact()),
                    FailingModel.beyond(2, error)),
            tokenizer,
            new EngineSettings(8))) {
      assertSame(answers(new EngineSettings(1), jobs), answers(engine, jobs));
      assertThat(engine.statistics().batchReductions()).isPositive();
    }
  }

  @Test
  void theChoicesMustFitTheModelsContext() throws Exception {
    int context = checkpoint.config().language().maxPositionEmbeddings();
    EngineJob job = recorded("tiny/q03").job(tokenizer, IMAGE_SIZE);
    AnswerChoice longest =
        choice("long", IntStream.range(0, context - 10).map(i -> 300).boxed().toList());
    EngineJob tooLong =
        new EngineJob(job.promptIds(), job.images(), new AnswerChoices(List.of(longest)));
    AnswerChoice endless =
        choice("endless", IntStream.range(0, context).map(i -> 300).boxed().toList());
    EngineJob hopeless =
        new EngineJob(job.promptIds(), job.images(), new AnswerChoices(List.of(endless)));

    for (boolean truncate : new boolean[] {false, true}) {
      try (Engine engine = engine(new EngineSettings(1, truncate, true, OptionalLong.empty()))) {
        assertThat(engine.submit(hopeless).join())
            .isInstanceOfSatisfying(
                Failure.class, failure -> assertThat(failure.code()).isEqualTo("PROMPT_TOO_LONG"));
        assertThat(engine.submit(tooLong).join())
            .isInstanceOf(truncate ? Answer.class : Failure.class);
      }
    }
  }

  @Test
  void textsThatAreTheSameTokensCannotBeToldApart() {
    assertThatThrownBy(
            () -> new AnswerChoices(List.of(choice("x", List.of(7)), choice("y", List.of(7)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'x' and 'y'");
    assertThatThrownBy(() -> AnswerChoices.of(List.of(), tokenizer, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ofEquallyLikelyTextsTheFirstIsTaken() {
    AnswerChoices choices =
        new AnswerChoices(
            List.of(choice("a", List.of(7)), choice("b", List.of(8)), choice("c", List.of(9))));

    assertThat(choices.likeliest(new double[] {-2, -1, -1}).text()).isEqualTo("b");
    assertThat(choices.byText(new double[] {-2, -1, -1}))
        .isEqualTo(Map.of("a", -2.0, "b", -1.0, "c", -1.0));
  }

  @Test
  void aChoiceIsTokenisedAsTheGoingOnOfItsPrompt() {
    String prompt = "A chat. USER: What? ASSISTANT:";
    for (String text : TEXTS) {
      List<Integer> ids = AnswerChoices.of(List.of(text), tokenizer, false).all().get(0).tokenIds();
      int[] whole = tokenizer.encode(prompt + " " + text);

      assertThat(whole).isEqualTo(joined(tokenizer.encode(prompt), ids.subList(0, ids.size() - 1)));
      assertThat(ids.get(ids.size() - 1)).isEqualTo(tokenizer.eosTokenId());
    }
  }

  private static AnswerChoice choice(String text, List<Integer> ids) {
    List<Integer> ended = new ArrayList<>(ids);
    ended.add(tokenizer.eosTokenId());
    return new AnswerChoice(text, ended);
  }

  private static EngineJob job(RecordedCase recorded, AnswerChoices choices) throws Exception {
    EngineJob job = recorded.job(tokenizer, IMAGE_SIZE);
    return new EngineJob(job.promptIds(), job.images(), choices);
  }

  private static void assertSame(List<Answer> expected, List<Answer> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).text()).isEqualTo(expected.get(i).text());
      for (String text : TEXTS) {
        assertThat(actual.get(i).logProbabilities().get(text))
            .isCloseTo(expected.get(i).logProbabilities().get(text), within(TOLERANCE));
      }
    }
  }

  private static List<Answer> answers(EngineSettings settings, List<EngineJob> jobs) {
    try (Engine engine = engine(settings)) {
      return answers(engine, jobs);
    }
  }

  private static List<Answer> answers(Engine engine, List<EngineJob> jobs) {
    List<CompletableFuture<Outcome>> outcomes = jobs.stream().map(engine::submit).toList();
    return outcomes.stream().map(outcome -> (Answer) outcome.join()).toList();
  }

  private static Engine engine(EngineSettings settings) {
    return BatchingEngine.start(checkpoint, ModelSettings.exact(), tokenizer, settings);
  }

  private static List<RecordedCase> pictures() {
    return RecordedCase.of("tiny").stream().filter(c -> !c.isTruncated()).toList();
  }

  private static RecordedCase recorded(String id) {
    return RecordedCase.of("tiny").stream()
        .filter(c -> c.id().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
