/** The commands that train. {@link org.stfbatch.cli.train.TrainCommand} is the door. */
package org.stfbatch.cli.train;
