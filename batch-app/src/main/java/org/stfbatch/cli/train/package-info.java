/** The training commands. Entry point: {@link org.stfbatch.cli.train.TrainCommand}. */
package org.stfbatch.cli.train;
