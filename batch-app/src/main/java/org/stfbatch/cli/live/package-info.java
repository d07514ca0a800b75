/**
 * What a working process shows of itself over HTTP. {@link org.stfbatch.cli.live.LiveOptions} is
 * the door.
 */
package org.stfbatch.cli.live;
