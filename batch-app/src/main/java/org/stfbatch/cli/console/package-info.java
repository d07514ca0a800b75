/** Terminal output, progress and log format of commands. */
package org.stfbatch.cli.console;
