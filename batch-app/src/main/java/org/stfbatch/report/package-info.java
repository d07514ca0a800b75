/** Reports of a run's results, performance and cost as HTML, Markdown, CSV or JSON. */
package org.stfbatch.report;
