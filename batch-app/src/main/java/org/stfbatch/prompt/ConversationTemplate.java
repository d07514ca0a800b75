package org.stfbatch.prompt;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How turns of a conversation become one prompt text, letter by letter as LLaVA's {@code
 * conversation.py} joins them.
 *
 * <p>Turns alternate, the user first. A {@code null} (or empty) turn stands for the answer that the
 * model is to write.
 */
public enum ConversationTemplate {
  /** The template LLaVA-1.5 and LLaVA-STF were trained with. */
  VICUNA_V1 {
    @Override
    String join(List<String> messages) {
      return joinRoles(
          "A chat between a curious user and an artificial intelligence assistant."
              + " The assistant gives helpful, detailed, and polite answers to the user's questions.",
          messages);
    }
  },
  /** As {@link #VICUNA_V1} with the words of the first LLaVA. */
  LLAVA_V1 {
    @Override
    String join(List<String> messages) {
      return joinRoles(
          "A chat between a curious human and an artificial intelligence assistant."
              + " The assistant gives helpful, detailed, and polite answers to the human's questions.",
          messages);
    }
  },
  /** The template of the projector's pre-training: the message and a line feed. */
  PLAIN {
    @Override
    String join(List<String> messages) {
      StringBuilder prompt = new StringBuilder();
      for (int i = 0; i < messages.size(); i++) {
        if (isOpen(messages.get(i))) {
          continue;
        }
        if (i % 2 == 1) {
          throw new PromptException(
              PromptErrorCode.PROMPT_INVALID,
              "the template 'plain' takes no answers, only questions");
        }
        prompt.append(messages.get(i)).append('\n');
      }
      return prompt.toString();
    }
  },
  /** LLaMA-2's chat template with its own system text. */
  LLAMA_2 {
    @Override
    String join(List<String> messages) {
      if (messages.isEmpty() || isOpen(messages.get(0))) {
        throw new PromptException(
            PromptErrorCode.PROMPT_INVALID, "the template 'llama_2' needs a first message");
      }
      StringBuilder prompt = new StringBuilder();
      for (int i = 0; i < messages.size(); i++) {
        if (isOpen(messages.get(i))) {
          continue;
        }
        if (i == 0) {
          prompt
              .append("[INST] ")
              .append(LLAMA_2_SYSTEM)
              .append(messages.get(i))
              .append(" [/INST]");
        } else if (i % 2 == 0) {
          prompt.append("<s>[INST] ").append(messages.get(i)).append(" [/INST]");
        } else {
          prompt.append(' ').append(messages.get(i)).append(" </s>");
        }
      }
      return prompt.toString();
    }
  };

  private static final String LLAMA_2_SYSTEM =
      """
      <<SYS>>
      You are a helpful, respectful and honest assistant. \
      Always answer as helpfully as possible, while being safe.  \
      Your answers should not include any harmful, unethical, racist, sexist, toxic, dangerous, or illegal content. \
      Please ensure that your responses are socially unbiased and positive in nature.

      If a question does not make any sense, or is not factually coherent, \
      explain why instead of answering something not correct. \
      If you don't know the answer to a question, please don't share false information.
      <</SYS>>

      """;

  /**
   * The template of that name: {@code vicuna_v1}, {@code llava_v1}, {@code plain} or {@code
   * llama_2}.
   *
   * @throws IllegalArgumentException naming the known templates
   */
  public static ConversationTemplate named(String name) {
    for (ConversationTemplate template : values()) {
      if (template.templateName().equals(name)) {
        return template;
      }
    }
    throw new IllegalArgumentException(
        "unknown conversation template '%s'; known are %s"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(ConversationTemplate::templateName)
                    .collect(Collectors.joining(", "))));
  }

  /** The name under which LLaVA knows the template. */
  public String templateName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The prompt for these turns. The list may hold {@code null}; a last {@code null} asks for the
   * next answer.
   *
   * @throws PromptException with {@link PromptErrorCode#PROMPT_INVALID} where the original code
   *     raises
   */
  public String prompt(List<String> messages) {
    return join(messages);
  }

  /** The prompt that asks for the answer to one message. */
  public String prompt(String message) {
    return join(Arrays.asList(message, null));
  }

  abstract String join(List<String> messages);

  private static boolean isOpen(String message) {
    return message == null || message.isEmpty();
  }

  private static String joinRoles(String system, List<String> messages) {
    StringBuilder prompt = new StringBuilder(system).append(' ');
    for (int i = 0; i < messages.size(); i++) {
      boolean user = i % 2 == 0;
      prompt.append(user ? "USER:" : "ASSISTANT:");
      if (!isOpen(messages.get(i))) {
        prompt.append(' ').append(messages.get(i)).append(user ? " " : "</s>");
      }
    }
    return prompt.toString();
  }
}
