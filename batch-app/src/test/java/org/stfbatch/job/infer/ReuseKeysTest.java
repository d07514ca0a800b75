package org.stfbatch.job.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.stfbatch.base.ModelIdentity;
import org.stfbatch.db.ReuseKey;
import org.stfbatch.engine.AnswerChoice;
import org.stfbatch.engine.AnswerChoices;
import org.stfbatch.engine.Generation;
import org.stfbatch.engine.Penalties;
import org.stfbatch.engine.RepetitionDetection;
import org.stfbatch.engine.Task;

/** Everything that an answer depends on changes its key, and nothing else does. */
class ReuseKeysTest {
  private static final ReuseKeys.Answering ANSWERING =
      new ReuseKeys.Answering(new ModelIdentity("f", "none", "plain"), "float32", false);
  private static final int[] PROMPT = {1, -200, 7};
  private static final List<byte[]> IMAGES = List.of(new byte[] {1}, new byte[] {2, 3});
  private static final Generation GREEDY = new Generation(9, 0, 0.5, 3, List.of("stop"));
  private static final Generation SAMPLING = new Generation(9, 0.7, 0.5, 3, List.of("stop"));

  private final ReuseKeys keys = new ReuseKeys(ANSWERING);

  @Test
  void equalJobsHaveEqualKeys() {
    assertThat(new ReuseKeys(ANSWERING).of(PROMPT.clone(), List.copyOf(IMAGES), same(SAMPLING)))
        .isEqualTo(key(SAMPLING));
  }

  @Test
  void everySettingOfSamplingCounts() throws Exception {
    assertThat(componentsThatCount(SAMPLING)).isEqualTo(names(SAMPLING));
  }

  @Test
  void allButTheRandomNumbersCountForGreedyDecoding() throws Exception {
    Set<String> expected = names(GREEDY);
    expected.removeAll(Set.of("topP", "seed"));
    assertThat(componentsThatCount(GREEDY)).isEqualTo(expected);
  }

  @Test
  void everyPenaltyAndEveryLimitOfRepetitionCounts() throws Exception {
    for (RecordComponent component : Penalties.class.getRecordComponents()) {
      Penalties other = changed(GREEDY.penalties(), component);
      assertThat(key(with(other, GREEDY.repetitionDetection())))
          .as(component.getName())
          .isNotEqualTo(key(GREEDY));
    }
    for (RecordComponent component : RepetitionDetection.class.getRecordComponents()) {
      RepetitionDetection other = changed(RepetitionDetection.DEFAULT, component);
      assertThat(key(with(Penalties.NONE, other)))
          .as(component.getName())
          .isNotEqualTo(key(with(Penalties.NONE, RepetitionDetection.DEFAULT)));
    }
  }

  private static Generation with(Penalties penalties, RepetitionDetection detection) {
    return new Generation(
        GREEDY.maxNewTokens(),
        GREEDY.temperature(),
        GREEDY.topP(),
        GREEDY.seed(),
        GREEDY.stop(),
        penalties,
        detection);
  }

  @Test
  void everyPartOfTheModelCounts() throws Exception {
    for (RecordComponent component : ModelIdentity.class.getRecordComponents()) {
      ModelIdentity other = changed(ANSWERING.model(), component);
      assertThat(keyOf(new ReuseKeys.Answering(other, "float32", false)))
          .as(component.getName())
          .isNotEqualTo(key(GREEDY));
    }
    assertThat(keyOf(new ReuseKeys.Answering(ANSWERING.model(), "bfloat16", false)))
        .isNotEqualTo(key(GREEDY));
    assertThat(keyOf(new ReuseKeys.Answering(ANSWERING.model(), "float32", true)))
        .isNotEqualTo(key(GREEDY));
    assertThat(ReuseKeys.Answering.class.getRecordComponents()).hasSize(3);
  }

  @Test
  void promptAndImagesCount() {
    assertThat(keys.of(new int[] {1, -200, 8}, IMAGES, GREEDY)).isNotEqualTo(key(GREEDY));
    assertThat(keys.of(new int[] {1, -200}, IMAGES, GREEDY)).isNotEqualTo(key(GREEDY));
    assertThat(keys.of(PROMPT, List.of(IMAGES.get(1), IMAGES.get(0)), GREEDY))
        .isNotEqualTo(key(GREEDY));
    assertThat(keys.of(PROMPT, List.of(new byte[] {1, 2}, new byte[] {3}), GREEDY))
        .as("where one image ends")
        .isNotEqualTo(key(GREEDY));
    assertThat(keys.of(PROMPT, List.of(), GREEDY)).isNotEqualTo(key(GREEDY));
  }

  @Test
  void choicesTheirTokensAndTheirOrderCount() {
    AnswerChoice yes = new AnswerChoice("yes", List.of(4, 2));
    AnswerChoice no = new AnswerChoice("no", List.of(5, 2));
    ReuseKey both = key(new AnswerChoices(List.of(yes, no)));

    assertThat(key(new AnswerChoices(List.of(yes, no)))).isEqualTo(both);
    assertThat(key(new AnswerChoices(List.of(no, yes)))).isNotEqualTo(both);
    assertThat(key(new AnswerChoices(List.of(yes)))).isNotEqualTo(both);
    assertThat(key(new AnswerChoices(List.of(yes, new AnswerChoice("no", List.of(6, 2))))))
        .isNotEqualTo(both);
    assertThat(key(GREEDY)).isNotEqualTo(both);
  }

  /** A setting that is added must not be left out of the key silently. */
  @Test
  void aValueWithoutAnEncodingIsRefused() {
    record Unknown(Map<String, Double> bias) {}
    RecordEncoding encoding = new RecordEncoding(OutputStream.nullOutputStream());

    assertThatThrownBy(() -> encoding.write(new Unknown(Map.of()), Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no encoding");
  }

  private ReuseKey key(Task task) {
    return keys.of(PROMPT, IMAGES, task);
  }

  private static ReuseKey keyOf(ReuseKeys.Answering answering) {
    return new ReuseKeys(answering).of(PROMPT, IMAGES, GREEDY);
  }

  private static Generation same(Generation generation) {
    return new Generation(
        generation.maxNewTokens(),
        generation.temperature(),
        generation.topP(),
        generation.seed(),
        List.copyOf(generation.stop()));
  }

  private static Set<String> names(Record value) {
    return Arrays.stream(value.getClass().getRecordComponents())
        .map(RecordComponent::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> componentsThatCount(Generation base) throws Exception {
    Set<String> counting = new TreeSet<>();
    for (RecordComponent component : Generation.class.getRecordComponents()) {
      if (!key(changed(base, component)).equals(key(base))) {
        counting.add(component.getName());
      }
    }
    return counting;
  }

  /** Returns a copy with another value of one component. */
  private static <R extends Record> R changed(R base, RecordComponent component) throws Exception {
    RecordComponent[] components = base.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      Object value = components[i].getAccessor().invoke(base);
      values[i] = components[i].getName().equals(component.getName()) ? other(value) : value;
      types[i] = components[i].getType();
    }
    @SuppressWarnings("unchecked")
    R changed = (R) base.getClass().getDeclaredConstructor(types).newInstance(values);
    return changed;
  }

  private static Object other(Object value) throws Exception {
    if (value instanceof Record part) {
      return changed(part, part.getClass().getRecordComponents()[0]);
    }
    if (value instanceof Integer number) {
      return number + 1;
    }
    if (value instanceof Long number) {
      return number + 1;
    }
    if (value instanceof Double number) {
      return number == 0 ? 0.25 : number / 2;
    }
    if (value instanceof Boolean flag) {
      return !flag;
    }
    if (value instanceof String text) {
      return text + "x";
    }
    if (value instanceof List<?>) {
      return List.of("another");
    }
    if (value instanceof Optional<?> optional && optional.isPresent()) {
      return Optional.empty();
    }
    throw new AssertionError("say which other value a component such as %s has".formatted(value));
  }
}
