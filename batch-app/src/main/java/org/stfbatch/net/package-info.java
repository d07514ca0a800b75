/** Address rules, proxy settings and HTTP clients for outgoing connections. */
package org.stfbatch.net;
