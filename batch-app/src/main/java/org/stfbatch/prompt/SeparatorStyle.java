package org.stfbatch.prompt;

import java.util.List;

/**
 * How a conversation's turns are joined: the branches of {@code get_prompt} in LLaVA's {@code
 * conversation.py}. Turns alternate, the user first; a null or empty turn is open.
 */
enum SeparatorStyle {
  /** Every turn behind its role, with one separator behind it. */
  SINGLE {
    @Override
    String join(Wording wording, List<String> turns) {
      return joinRoles(wording, turns, wording.separator());
    }
  },
  /** Every turn behind its role, with a separator of the user's turns and one of the answers. */
  TWO {
    @Override
    String join(Wording wording, List<String> turns) {
      return joinRoles(wording, turns, wording.answerSeparator());
    }
  },
  /** As {@link #SINGLE}, but nothing stands between role and turn. */
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
  /** The turns alone. Answers have no separator, and the original fails at them. */
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
  /** LLaMA-2's instructions, the system text within the first. */
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
  };

  /**
   * What is joined with the turns.
   *
   * @param system what the conversation begins with
   * @param user the user's role
   * @param assistant the model's role
   * @param separator behind the system text and the user's turns
   * @param answerSeparator behind answers, where it differs
   */
  record Wording(
      String system, String user, String assistant, String separator, String answerSeparator) {
    /** Of the turn with that number. */
    private String role(int turn) {
      return turn % 2 == 0 ? user : assistant;
    }
  }

  /**
   * @throws PromptException with {@link PromptErrorCode#PROMPT_INVALID} where the original raises
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
