/** The commands about runs: jobs in, answers, and what is told about them. */
package org.stfbatch.cli.run;
