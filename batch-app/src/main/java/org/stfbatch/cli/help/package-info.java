/**
 * How the program tells about itself. {@link org.stfbatch.cli.help.HelpLayout} lays out the help of
 * all commands, {@link org.stfbatch.cli.help.HelpCommand} shows it, and {@link
 * org.stfbatch.cli.help.CompletionCommand} tells it to shells.
 */
package org.stfbatch.cli.help;
