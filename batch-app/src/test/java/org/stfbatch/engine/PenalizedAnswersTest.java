package org.stfbatch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.stfbatch.image.Pixels;
import org.stfbatch.model.CacheShape;
import org.stfbatch.model.LlavaModel;
import org.stfbatch.model.ModelSettings;
import org.stfbatch.model.VisionTokens;
import org.stfbatch.model.checkpoint.LlavaCheckpoint;
import org.stfbatch.model.checkpoint.LoopingCheckpoint;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.testing.Golden;

/** Answers with penalties, and answers that repeat themselves. */
final class PenalizedAnswersTest {
  private static final Path TINY = Golden.file("checkpoints/tiny");
  private static final Path TOWER = Golden.file("checkpoints/clip-tiny");
  private static final int IMAGE_SIZE = 56;
  private static final int MAX_NEW_TOKENS = 24;
  private static final String SENTENCE = "the kite is red.";
  private static final String PROMPT = "USER: Go on ASSISTANT:";

  private static LlavaCheckpoint checkpoint;
  private static LlamaTokenizer tokenizer;

  @BeforeAll
  static void open() {
    checkpoint = LlavaCheckpoint.open(TINY, Optional.empty());
    tokenizer = LlamaTokenizer.open(TINY);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  /** Together in one batch, with a job that has none. */
  @Test
  void greedyTokensAreThoseOfPenalizedLogits() throws Exception {
    List<Penalties> penalties =
        List.of(
            Penalties.NONE,
            new Penalties(1.3, 0, 0, 0),
            new Penalties(0.8, 0, 0, 0),
            new Penalties(1, 2, 0, 0),
            new Penalties(1, 0, 2, 0),
            new Penalties(1, 0, 0, 0.7),
            new Penalties(1.2, 3, 0.5, -0.4));
    for (RecordedCase recorded : List.of(recorded("tiny/q03"), recorded("tiny/text_only"))) {
      EngineJob job = recorded.job(tokenizer, IMAGE_SIZE);

      List<Answer> answers =
          answers(checkpoint, penalties.stream().map(one -> penalized(job, 0, one)));

      Set<List<Integer>> different = new HashSet<>();
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).tokenIds())
            .as("%s %s", recorded, penalties.get(i))
            .isEqualTo(byDefinition(job, penalties.get(i)));
        different.add(answers.get(i).tokenIds());
      }
      assertThat(different).hasSizeGreaterThan(answers.size() / 2);
    }
  }

  /** Runs the prompt and the beginning of the answer again for every token. */
  private static List<Integer> byDefinition(EngineJob job, Penalties penalties) {
    try (LlavaModel model = LlavaModel.load(checkpoint, ModelSettings.exact())) {
      VisionTokens vision =
          job.images().isEmpty()
              ? VisionTokens.none(checkpoint.config().language().hiddenSize())
              : model.encodeImages(job.images().stream().map(Pixels::chw).toList());
      model.reserve(new CacheShape(1, 2048, 0, 0));
      List<Integer> answer = new ArrayList<>();
      while (answer.size() < MAX_NEW_TOKENS && !answer.contains(tokenizer.eosTokenId())) {
        int[] all = joined(job.promptIds(), answer);
        PromptLayout layout = PromptLayout.of(all, vision.counts());
        float[] logits = model.logits(layout.span(0, layout.length(), 0), vision);
        penalize(logits, all, answer, penalties);
        answer.add(
            IntStream.range(0, logits.length)
                .reduce(0, (best, i) -> logits[i] > logits[best] ? i : best));
      }
      return answer;
    }
  }

  private static void penalize(
      float[] logits, int[] all, List<Integer> answer, Penalties penalties) {
    Arrays.stream(all)
        .filter(id -> id >= 0)
        .distinct()
        .forEach(
            id ->
                logits[id] =
                    logits[id] < 0
                        ? logits[id] * (float) penalties.repetition()
                        : logits[id] / (float) penalties.repetition());
    for (int id : new HashSet<>(answer)) {
      int count = (int) answer.stream().filter(other -> other == id).count();
      logits[id] -= (float) penalties.frequency() * count;
      logits[id] -= (float) penalties.presence();
    }
    int before = penalties.noRepeatNgramSize() - 1;
    if (before >= 0) {
      int[] last = Arrays.copyOfRange(all, all.length - before, all.length);
      for (int i = before; i < all.length; i++) {
        if (Arrays.equals(Arrays.copyOfRange(all, i - before, i), last) && all[i] >= 0) {
          logits[all[i]] = Float.NEGATIVE_INFINITY;
        }
      }
    }
  }

  @Test
  void aSampledAnswerHasNoForbiddenNgram(@TempDir Path folder) throws Exception {
    EngineJob job = new EngineJob(tokenizer.encode(PROMPT), List.of(), Generation.greedy(1));

    List<Answer> answers =
        answers(
            looping(folder),
            Stream.of(
                penalized(job, 0.5, new Penalties(1, 2, 0, 0)),
                penalized(job, 0.5, Penalties.NONE)));

    assertThat(bigrams(job, answers.get(0))).doesNotHaveDuplicates();
    assertThat(new HashSet<>(bigrams(job, answers.get(1))))
        .hasSizeLessThan(bigrams(job, answers.get(1)).size());
  }

  /** Returns the bigrams that end in the answer. */
  private static List<List<Integer>> bigrams(EngineJob job, Answer answer) {
    int[] all = joined(job.promptIds(), answer.tokenIds());
    return IntStream.range(job.promptIds().length, all.length)
        .mapToObj(i -> List.of(all[i - 1], all[i]))
        .toList();
  }

  @Test
  void aLoopEndsAndIsKeptOnce(@TempDir Path folder) throws Exception {
    EngineJob job = new EngineJob(tokenizer.encode(PROMPT), List.of(), Generation.greedy(1));

    List<Answer> answers =
        answers(
            looping(folder),
            Stream.of(
                greedy(job, 200, RepetitionDetection.DEFAULT),
                greedy(job, 200, RepetitionDetection.OFF),
                greedy(job, 63, RepetitionDetection.DEFAULT)));

    Answer ended = answers.get(0);
    assertThat(ended.finishReason()).isEqualTo(FinishReason.REPETITION);
    assertThat(ended.text()).isEqualTo(SENTENCE);
    assertThat(ended.generatedTokens()).isEqualTo(RepetitionDetection.DEFAULT.minTokens());
    Answer endless = answers.get(1);
    assertThat(endless.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(endless.generatedTokens()).isEqualTo(200);
    assertThat(endless.text()).startsWith(ended.text() + " " + ended.text());
    assertThat(answers.get(2).finishReason()).isEqualTo(FinishReason.LENGTH);
  }

  private static EngineJob greedy(EngineJob job, int tokens, RepetitionDetection detection) {
    return new EngineJob(
        job.promptIds(),
        job.images(),
        new Generation(tokens, 0, 1, 0, List.of(), Penalties.NONE, detection));
  }

  private static EngineJob penalized(EngineJob job, double temperature, Penalties penalties) {
    return new EngineJob(
        job.promptIds(),
        job.images(),
        new Generation(
            MAX_NEW_TOKENS, temperature, 1, 5, List.of(), penalties, RepetitionDetection.OFF));
  }

  /** Returns a model that answers with one sentence over and over. */
  private static LlavaCheckpoint looping(Path folder) throws IOException {
    int[] prompt = tokenizer.encode(PROMPT);
    int[] cycle = tokenizer.encodeWithoutSpecial(SENTENCE);
    assertThat(Arrays.stream(cycle).distinct().count()).isEqualTo(cycle.length);
    Path written =
        LoopingCheckpoint.write(
            TINY, TOWER, folder.resolve("loop"), prompt[prompt.length - 1], cycle);
    return LlavaCheckpoint.open(written, Optional.of(TOWER));
  }

  private static List<Answer> answers(LlavaCheckpoint checkpoint, Stream<EngineJob> jobs) {
    try (Engine engine =
        BatchingEngine.start(checkpoint, ModelSettings.exact(), tokenizer, new EngineSettings(8))) {
      List<CompletableFuture<Outcome>> outcomes = jobs.map(engine::submit).toList();
      return outcomes.stream().map(outcome -> (Answer) outcome.join()).toList();
    }
  }

  private static int[] joined(int[] prompt, List<Integer> more) {
    return IntStream.concat(Arrays.stream(prompt), more.stream().mapToInt(Integer::intValue))
        .toArray();
  }

  private static RecordedCase recorded(String id) {
    return RecordedCase.of("tiny").stream()
        .filter(recorded -> recorded.id().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
