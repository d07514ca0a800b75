package org.stfbatch.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.stfbatch.prompt.SeparatorStyle.Wording;

/**
 * Conversation template: joins the turns of a conversation into one prompt, character by character
 * as LLaVA's {@code conversation.py} does.
 *
 * <p>Turns alternate; the user's is first. A {@code null} or empty turn marks the answer that the
 * model writes.
 */
public enum ConversationTemplate {
  /** The template that LLaVA-1.5 and LLaVA-STF were trained with. */
  VICUNA_V1(
      List.of("vicuna_v1", "v1"),
      SeparatorStyle.TWO,
      new Wording(Texts.USER_SYSTEM, "USER", "ASSISTANT", " ", "</s>")),
  /** As {@link #VICUNA_V1}, with the wording of the first LLaVA. */
  LLAVA_V1(
      List.of("llava_v1"),
      SeparatorStyle.TWO,
      new Wording(Texts.HUMAN_SYSTEM, "USER", "ASSISTANT", " ", "</s>")),
  /** As {@link #VICUNA_V1}, with a system text that announces the image tags. */
  V1_MMTAG(
      List.of("v1_mmtag"),
      SeparatorStyle.TWO,
      new Wording(Texts.TAGGED_SYSTEM, "USER", "ASSISTANT", " ", "</s>")),
  /** Vicuna's first template, which begins with an example question and its answer. */
  VICUNA_V0(
      List.of("v0", "default"),
      SeparatorStyle.SINGLE,
      new Wording(Texts.HUMAN_SYSTEM, "Human", "Assistant", "###", "###"),
      Texts.EXAMPLE_QUESTION,
      Texts.EXAMPLE_ANSWER),
  /** As {@link #VICUNA_V0}, without the example. */
  LLAVA_V0(
      List.of("llava_v0"),
      SeparatorStyle.SINGLE,
      new Wording(Texts.HUMAN_SYSTEM, "Human", "Assistant", "###", "###")),
  /** As {@link #LLAVA_V0}, with a system text that announces the image tags. */
  V0_MMTAG(
      List.of("v0_mmtag"),
      SeparatorStyle.SINGLE,
      new Wording(Texts.TAGGED_SYSTEM, "Human", "Assistant", "###", "###")),
  /** The template of projector pre-training: the message and a line feed. */
  PLAIN(List.of("plain", "v0_plain"), SeparatorStyle.PLAIN, new Wording("", "", "", "\n", "")),
  /** LLaMA-2's chat template with its own system text. */
  LLAMA_2(
      List.of("llama_2"),
      SeparatorStyle.LLAMA_2,
      new Wording(Texts.LLAMA_2_SYSTEM, "USER", "ASSISTANT", "<s>", "</s>")),
  /** LLaMA-2's chat template with the system text of LLaVA. */
  LLAVA_LLAMA_2(
      List.of("llava_llama_2"),
      SeparatorStyle.LLAMA_2,
      new Wording(Texts.LLAVA_LLAMA_SYSTEM, "USER", "ASSISTANT", "<s>", "</s>")),
  /** LLaMA-2's form without a system text and without a separator. */
  MISTRAL_INSTRUCT(
      List.of("mistral_instruct"),
      SeparatorStyle.LLAMA_2,
      new Wording("", "USER", "ASSISTANT", "", "</s>")),
  /** MPT's chat template. */
  MPT(
      List.of("mpt"),
      SeparatorStyle.MPT,
      new Wording(
          Texts.MPT_SYSTEM,
          "<|im_start|>user\n",
          "<|im_start|>assistant\n",
          "<|im_end|>",
          "<|im_end|>")),
  /** As {@link #MPT}, with a system text that asks only for the answer. */
  CHATML_DIRECT(
      List.of("chatml_direct", "mistral_direct"),
      SeparatorStyle.MPT,
      new Wording(
          Texts.CHATML_SYSTEM,
          "<|im_start|>user\n",
          "<|im_start|>assistant\n",
          "<|im_end|>",
          "<|im_end|>")),
  /** Llama 3's headers, with the system text of LLaVA. */
  LLAVA_LLAMA_3(
      List.of("llava_llama_3"),
      SeparatorStyle.MPT,
      new Wording(
          "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
              + Texts.LLAVA_LLAMA_SYSTEM,
          "<|start_header_id|>user<|end_header_id|>\n\n",
          "<|start_header_id|>assistant<|end_header_id|>\n\n",
          "<|eot_id|>",
          "<|eot_id|>")),
  /** The template of LLaVA-Mini's checkpoint, which is based on Llama 3.1. */
  LLAVA_LLAMA_3_1(
      List.of("llava_llama_3_1"),
      SeparatorStyle.LLAMA_3_1,
      new Wording(Texts.LLAVA_LLAMA_SYSTEM, "user", "assistant", "<|eot_id|>", "<|eot_id|>"));

  private final List<String> names;
  private final SeparatorStyle style;
  private final Wording wording;
  private final List<String> opening;

  /**
   * @param names LLaVA's names for the template
   * @param opening turns that precede all others
   */
  ConversationTemplate(
      List<String> names, SeparatorStyle style, Wording wording, String... opening) {
    this.names = names;
    this.style = style;
    this.wording = wording;
    this.opening = List.of(opening);
  }

  /**
   * Returns the template with one of LLaVA's names, such as {@code vicuna_v1} or {@code
   * llava_llama_2}.
   *
   * @throws IllegalArgumentException if the name is unknown; the message lists the known names
   */
  public static ConversationTemplate named(String name) {
    return Stream.of(values())
        .filter(template -> template.names.contains(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown conversation template '%s'; known are %s"
                        .formatted(name, knownNames())));
  }

  private static String knownNames() {
    return Stream.of(values())
        .flatMap(template -> template.names.stream())
        .collect(Collectors.joining(", "));
  }

  /** Returns LLaVA's first name for the template. */
  public String templateName() {
    return names.get(0);
  }

  /**
   * Returns the stop string of answers: the separator at which LLaVA's demo server stops. Empty if
   * the template ends answers with the tokenizer's end token.
   */
  public Optional<String> stop() {
    return style == SeparatorStyle.SINGLE || style == SeparatorStyle.MPT
        ? Optional.of(wording.separator())
        : Optional.empty();
  }

  /** Whether prompts that ask for an answer end with a line feed, not with a role's name. */
  public boolean endsWithLineFeed() {
    return prompt("?").endsWith("\n");
  }

  /**
   * Returns the token that ends answers in this template if a model does not have it. Such a model
   * was trained with another template.
   */
  public Optional<String> foreignEnd(LlamaTokenizer tokenizer) {
    String end = wording.answerSeparator();
    boolean token = end.startsWith("<") && end.endsWith(">");
    return token && tokenizer.encodeWithoutSpecial(end).length != 1
        ? Optional.of(end)
        : Optional.empty();
  }

  /**
   * Returns the prompt of these turns. The list may hold {@code null}; a last {@code null} asks for
   * the next answer.
   *
   * @throws PromptException with {@link PromptErrorCode#PROMPT_INVALID} where the original code
   *     raises an error
   */
  public String prompt(List<String> messages) {
    if (opening.isEmpty()) {
      return style.join(wording, messages);
    }
    List<String> turns = new ArrayList<>(opening);
    turns.addAll(messages);
    return style.join(wording, turns);
  }

  /** Returns the prompt that asks for the answer to one message. */
  public String prompt(String message) {
    return prompt(Arrays.asList(message, null));
  }

  /** System texts and example turns of {@code conversation.py}. */
  private static final class Texts {
    static final String USER_SYSTEM =
        "A chat between a curious user and an artificial intelligence assistant."
            + " The assistant gives helpful, detailed, and polite answers to the user's questions.";
    static final String HUMAN_SYSTEM =
        "A chat between a curious human and an artificial intelligence assistant."
            + " The assistant gives helpful, detailed, and polite answers to the human's questions.";
    static final String TAGGED_SYSTEM =
        "A chat between a curious user and an artificial intelligence assistant."
            + " The assistant is able to understand the visual content that the user provides,"
            + " and assist the user with a variety of tasks using natural language."
            + "The visual content will be provided with the following format:"
            + " <Image>visual content</Image>.";
    static final String LLAMA_2_SYSTEM =
        """
        You are a helpful, respectful and honest assistant. \
        Always answer as helpfully as possible, while being safe.  \
        Your answers should not include any harmful, unethical, racist, sexist, toxic, dangerous, or illegal content. \
        Please ensure that your responses are socially unbiased and positive in nature.

        If a question does not make any sense, or is not factually coherent, \
        explain why instead of answering something not correct. \
        If you don't know the answer to a question, please don't share false information.""";
    static final String LLAVA_LLAMA_SYSTEM =
        "You are a helpful language and vision assistant."
            + " You are able to understand the visual content that the user provides,"
            + " and assist the user with a variety of tasks using natural language.";
    static final String MPT_SYSTEM =
        """
        <|im_start|>system
        A conversation between a user and an LLM-based AI assistant. \
        The assistant gives helpful and honest answers.""";
    static final String CHATML_SYSTEM =
        """
        <|im_start|>system
        Answer the questions.""";
    static final String EXAMPLE_QUESTION =
        "What are the key differences between renewable and non-renewable energy sources?";
    static final String EXAMPLE_ANSWER =
        """
        Renewable energy sources are those that can be replenished naturally in a relatively \
        short amount of time, such as solar, wind, hydro, geothermal, and biomass. \
        Non-renewable energy sources, on the other hand, are finite and will eventually be \
        depleted, such as coal, oil, and natural gas. Here are some key differences between \
        renewable and non-renewable energy sources:
        1. Availability: Renewable energy sources are virtually inexhaustible, while non-renewable \
        energy sources are finite and will eventually run out.
        2. Environmental impact: Renewable energy sources have a much lower environmental impact \
        than non-renewable sources, which can lead to air and water pollution, greenhouse gas emissions, \
        and other negative effects.
        3. Cost: Renewable energy sources can be more expensive to initially set up, but they typically \
        have lower operational costs than non-renewable sources.
        4. Reliability: Renewable energy sources are often more reliable and can be used in more remote \
        locations than non-renewable sources.
        5. Flexibility: Renewable energy sources are often more flexible and can be adapted to different \
        situations and needs, while non-renewable sources are more rigid and inflexible.
        6. Sustainability: Renewable energy sources are more sustainable over the long term, while \
        non-renewable sources are not, and their depletion can lead to economic and social instability.
        """;

    private Texts() {}
  }
}
