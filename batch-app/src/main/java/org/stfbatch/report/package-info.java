/** What a run did and cost, as a page, a table or data. */
package org.stfbatch.report;
