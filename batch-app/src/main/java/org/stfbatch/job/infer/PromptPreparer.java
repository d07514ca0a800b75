package org.stfbatch.job.infer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.StoredJob;
import org.stfbatch.engine.AnswerChoices;
import org.stfbatch.engine.Failure;
import org.stfbatch.engine.Generation;
import org.stfbatch.engine.Penalties;
import org.stfbatch.engine.Stage;
import org.stfbatch.engine.Task;
import org.stfbatch.job.ingest.CustomIds;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.ImagePrompt;
import org.stfbatch.prompt.LlamaTokenizer;
import org.stfbatch.prompt.PromptErrorCode;
import org.stfbatch.prompt.PromptException;
import org.stfbatch.prompt.PromptLimit;

/**
 * Prepares what a job asks for: tokenizes its prompt in the conversation template, and derives its
 * task from its own settings and the defaults. Thread safe.
 */
final class PromptPreparer {
  private final ConversationTemplate template;
  private final LlamaTokenizer tokenizer;
  private final PromptLimit limit;
  private final InferSettings.Defaults defaults;

  /**
   * @param limit of a prompt's length, and of a choice's
   * @param defaults for what a job does not set itself
   */
  PromptPreparer(
      ConversationTemplate template,
      LlamaTokenizer tokenizer,
      PromptLimit limit,
      InferSettings.Defaults defaults) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.limit = limit;
    this.defaults = defaults;
  }

  /**
   * Returns the tokens of a job's prompt.
   *
   * @throws PreparationException if the prompt cannot be used
   */
  int[] promptIds(StoredJob job) throws PreparationException {
    try {
      String message = ImagePrompt.message(job.prompt().text(), job.prompt().image().isPresent());
      String prompt = template.prompt(Arrays.asList(message, null));
      return tokenizer.encodeWithImages(limit.checked(prompt, tokenizer));
    } catch (PromptException e) {
      throw failure(e.code(), e);
    }
  }

  /**
   * Returns what the engine does with a job's prompt.
   *
   * @throws PreparationException if the choices of an answer cannot be used
   */
  Task task(StoredJob job) throws PreparationException {
    Optional<ChoiceTexts> choices = job.settings().choices().or(defaults::choices);
    return choices.isPresent() ? choices(choices.get()) : generation(job);
  }

  private AnswerChoices choices(ChoiceTexts choices) throws PreparationException {
    try {
      PromptLimit whole = new PromptLimit(limit.tokens(), false);
      choices.texts().forEach(text -> whole.checked(text, tokenizer));
      return AnswerChoices.of(choices.texts(), tokenizer, template.endsWithLineFeed());
    } catch (PromptException e) {
      throw failure(e.code(), e);
    } catch (IllegalArgumentException e) {
      throw failure(PromptErrorCode.CHOICES_ALIKE, e);
    }
  }

  private static PreparationException failure(PromptErrorCode code, RuntimeException cause) {
    return new PreparationException(
        new Failure(Stage.PROMPT, code.name(), cause.getMessage(), 1), cause);
  }

  private Generation generation(StoredJob job) {
    JobSettings own = job.settings();
    return new Generation(
        own.maxNewTokens().orElse(defaults.maxNewTokens()),
        own.temperature().orElse(defaults.temperature()),
        own.topP().orElse(defaults.topP()),
        own.seed().orElseGet(() -> seed(job.customId())),
        withTemplateStop(own.stop().orElse(defaults.stop())),
        penalties(own.penalties()),
        defaults.repetitionDetection());
  }

  private Penalties penalties(PenaltySettings own) {
    Penalties otherwise = defaults.penalties();
    return new Penalties(
        own.repetition().orElse(otherwise.repetition()),
        own.noRepeatNgramSize().orElse(otherwise.noRepeatNgramSize()),
        own.presence().orElse(otherwise.presence()),
        own.frequency().orElse(otherwise.frequency()));
  }

  /** Adds the stop text of a template whose answers do not end with the end token. */
  private List<String> withTemplateStop(List<String> stop) {
    if (template.stop().filter(text -> !stop.contains(text)).isEmpty()) {
      return stop;
    }
    List<String> all = new ArrayList<>(stop);
    all.add(template.stop().orElseThrow());
    return all;
  }

  /**
   * Derives the seed of a job that sets none. Seeds differ between jobs, but a job gets the same
   * seed in every run and wherever its files are.
   */
  private long seed(String customId) {
    CRC32C hash = new CRC32C();
    hash.update(CustomIds.withoutPlace(customId).getBytes(StandardCharsets.UTF_8));
    return defaults.seed() * 0x9E3779B97F4A7C15L + hash.getValue();
  }
}
