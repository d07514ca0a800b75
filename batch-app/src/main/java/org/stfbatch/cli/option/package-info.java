/** Options that several commands share, their value types, and the model that they select. */
package org.stfbatch.cli.option;
