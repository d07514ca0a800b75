/** Options that several commands share, the values that they take, and the model that they name. */
package org.stfbatch.cli.option;
