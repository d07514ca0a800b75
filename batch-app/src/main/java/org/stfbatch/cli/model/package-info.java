/** The commands about checkpoints. {@link org.stfbatch.cli.model.ModelCommand} is the door. */
package org.stfbatch.cli.model;
