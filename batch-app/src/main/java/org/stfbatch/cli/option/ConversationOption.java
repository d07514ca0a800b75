package org.stfbatch.cli.option;

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

  /** Returns the template's name, which is not validated yet. */
  public String name() {
    return name;
  }
}
