package org.stfbatch.cli.option;

import org.stfbatch.cli.console.Notices;
import org.stfbatch.prompt.ConversationTemplate;
import org.stfbatch.prompt.LlamaTokenizer;
import picocli.CommandLine.Option;

/** Option for the conversation template. */
public final class ConversationOption {
  @Option(
      names = "--conv-mode",
      defaultValue = "vicuna_v1",
      paramLabel = "NAME",
      description =
          "Conversation template, by its name in LLaVA: v1, v0, v1_mmtag, llava_llama_2, mpt, plain and so on; an unknown name lists them. Default: ${DEFAULT-VALUE}")
  private String name;

  /** Tells the user about a template that the model was not trained with. */
  void noticeForeignEnd(LlamaTokenizer tokenizer) {
    ConversationTemplate.named(name)
        .foreignEnd(tokenizer)
        .ifPresent(
            end ->
                Notices.onStderr(
                    "answers in --conv-mode %s end with %s, which is no token of this model: give the template that it was trained with (of Llama 3, llava_llama_3 or llava_llama_3_1)"
                        .formatted(name, end)));
  }

  /** Returns the template's name, which is not validated yet. */
  public String name() {
    return name;
  }
}
