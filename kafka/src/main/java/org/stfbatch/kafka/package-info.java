/** kafka. */
package org.stfbatch.kafka;
