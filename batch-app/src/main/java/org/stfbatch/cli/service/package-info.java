/** What commands work with: the database, the broker, the shutdown, the exit codes. */
package org.stfbatch.cli.service;
