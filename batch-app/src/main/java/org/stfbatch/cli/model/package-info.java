/** The commands for checkpoints. Entry point: {@link org.stfbatch.cli.model.ModelCommand}. */
package org.stfbatch.cli.model;
