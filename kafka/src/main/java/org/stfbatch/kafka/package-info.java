/**
 * The room for what is on the wire: message records, a topic reader and a publisher. It knows
 * nothing of models, and is empty as yet: jobs come from files and folders.
 */
package org.stfbatch.kafka;
