/**
 * The program's help. {@link org.stfbatch.cli.help.HelpLayout} lays out the help of all commands,
 * {@link org.stfbatch.cli.help.HelpCommand} shows it.
 */
package org.stfbatch.cli.help;
