/** What people see on the terminal while a command works. */
package org.stfbatch.cli.console;
