package org.stfbatch.prompt;

import java.util.List;

/**
 * How the turns of a conversation are joined: the branches of {@code get_prompt} in LLaVA's {@code
 * conversation.py}. Turns alternate, the user's first; a {@code null} or empty turn is open.
 */
enum SeparatorStyle {
  /** Every turn after its role, with the same separator after each turn. */
  SINGLE {
    @Override
    String join(Wording wording, List<String> turns) {
      return joinRoles(wording, turns, wording.separator());
    }
  },
  /**
   * Every turn after its role, with one separator after the user's turns and another after answers.
   */
  TWO {
    @Override
    String join(Wording wording, List<String> turns) {
      return joinRoles(wording, turns, wording.answerSeparator());
    }
  },
  /** As {@link #SINGLE}, without punctuation between role and turn. */
  MPT {
    @Override
    String join(Wording wording, List<String> turns) {
      StringBuilder prompt = new StringBuilder(wording.system()).append(wording.separator());
      for (int i = 0; i < turns.size(); i++) {
        prompt.append(wording.role(i));
        if (!isOpen(turns.get(i))) {
          prompt.append(turns.get(i)).append(wording.separator());
        }
      }
      return prompt.toString();
    }
  },
  /** The turns alone. Answers are refused, because the original fails at them. */
  PLAIN {
    @Override
    String join(Wording wording, List<String> turns) {
      StringBuilder prompt = new StringBuilder(wording.system());
      for (int i = 0; i < turns.size(); i++) {
        if (isOpen(turns.get(i))) {
          continue;
        }
        if (i % 2 == 1) {
          throw new PromptException(
              PromptErrorCode.PROMPT_INVALID,
              "the template 'plain' takes no answers, only questions");
        }
        prompt.append(turns.get(i)).append(wording.separator());
      }
      return prompt.toString();
    }
  },
  /** LLaMA-2's instruction format, with the system text inside the first instruction. */
  LLAMA_2 {
    @Override
    String join(Wording wording, List<String> turns) {
      if (!turns.isEmpty() && isOpen(turns.get(0))) {
        throw new PromptException(
            PromptErrorCode.PROMPT_INVALID, "LLaMA-2's templates need a first message");
      }
      StringBuilder prompt = new StringBuilder();
      for (int i = 0; i < turns.size(); i++) {
        if (isOpen(turns.get(i))) {
          continue;
        }
        if (i % 2 == 1) {
          prompt.append(' ').append(turns.get(i)).append(' ').append(wording.answerSeparator());
        } else {
          prompt.append(i == 0 ? "" : wording.separator());
          prompt.append("[INST] ").append(i == 0 ? system(wording) : "");
          prompt.append(turns.get(i)).append(" [/INST]");
        }
      }
      return prompt.toString();
    }

    private String system(Wording wording) {
      return wording.system().isEmpty() ? "" : "<<SYS>>\n" + wording.system() + "\n<</SYS>>\n\n";
    }
  },
  /**
   * The chat template of Llama 3.1's tokenizer as it was first released, which LLaVA-Mini applies:
   * every conversation ends with the header of an answer.
   */
  LLAMA_3_1 {
    @Override
    String join(Wording wording, List<String> turns) {
      StringBuilder prompt = new StringBuilder("<|begin_of_text|>");
      prompt.append(header("system")).append(wording.system()).append(wording.separator());
      for (int i = 0; i < turns.size(); i++) {
        if (!isOpen(turns.get(i))) {
          prompt
              .append(header(wording.role(i)))
              .append(PythonText.strip(turns.get(i)))
              .append(wording.separator());
        }
      }
      return prompt.append(header(wording.assistant())).toString();
    }

    private String header(String role) {
      return "<|start_header_id|>" + role + "<|end_header_id|>\n\n";
    }
  };

  /**
   * Texts that are joined with the turns.
   *
   * @param system the beginning of the conversation
   * @param user the user's role
   * @param assistant the model's role
   * @param separator after the system text and the user's turns
   * @param answerSeparator after answers, if it differs
   */
  record Wording(
      String system, String user, String assistant, String separator, String answerSeparator) {
    /** Returns the role of the turn with this number. */
    private String role(int turn) {
      return turn % 2 == 0 ? user : assistant;
    }
  }

  /**
   * @throws PromptException with {@link PromptErrorCode#PROMPT_INVALID} where the original raises
   *     an error
   */
  abstract String join(Wording wording, List<String> turns);

  private static boolean isOpen(String turn) {
    return turn == null || turn.isEmpty();
  }

  private static String joinRoles(Wording wording, List<String> turns, String answerSeparator) {
    StringBuilder prompt = new StringBuilder(wording.system()).append(wording.separator());
    for (int i = 0; i < turns.size(); i++) {
      prompt.append(wording.role(i)).append(':');
      if (!isOpen(turns.get(i))) {
        prompt
            .append(' ')
            .append(turns.get(i))
            .append(i % 2 == 0 ? wording.separator() : answerSeparator);
      }
    }
    return prompt.toString();
  }
}
