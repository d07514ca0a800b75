/** Address rules and proxy settings for outgoing connections. Sends no requests. */
package org.stfbatch.net;
