/** Which hosts may be reached, and through which proxy. Knows no requests. */
package org.stfbatch.net;
