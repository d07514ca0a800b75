/**
 * The program's help. {@link org.stfbatch.cli.help.HelpLayout} lays out the help of all commands,
 * {@link org.stfbatch.cli.help.HelpCommand} shows it, {@link
 * org.stfbatch.cli.help.CompletionCommand} generates shell completion.
 */
package org.stfbatch.cli.help;
