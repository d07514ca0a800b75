/**
 * The command line. Every command opens what it needs, calls one job, and says in one line how it
 * went.
 */
package org.stfbatch.cli;
