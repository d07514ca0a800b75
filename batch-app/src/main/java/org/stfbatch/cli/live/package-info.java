/** HTTP server of a working process. Entry point: {@link org.stfbatch.cli.live.LiveOptions}. */
package org.stfbatch.cli.live;
