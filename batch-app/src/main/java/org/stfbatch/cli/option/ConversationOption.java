package org.stfbatch.cli.option;

import picocli.CommandLine.Option;

/** How questions become prompts. */
public final class ConversationOption {
  @Option(
      names = "--conv-mode",
      defaultValue = "vicuna_v1",
      paramLabel = "NAME",
      description =
          "Conversation template, by its name in LLaVA: v1, v0, v1_mmtag, llava_llama_2, mpt, plain and so on; an unknown one lists them. Default: ${DEFAULT-VALUE}")
  private String name;

  /** The template's name; nobody has looked whether there is one. */
  public String name() {
    return name;
  }
}
