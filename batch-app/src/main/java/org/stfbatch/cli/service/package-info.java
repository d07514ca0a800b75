/** Services of commands: database, broker, shutdown, exit codes. */
package org.stfbatch.cli.service;
