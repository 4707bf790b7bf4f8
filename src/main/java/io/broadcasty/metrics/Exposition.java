package io.broadcasty.metrics;

import com.google.errorprone.annotations.ThreadSafe;

/** All meters as a text, for a scraper. */
@ThreadSafe
public interface Exposition {

  /** The media type of {@link #text}, which every Prometheus understands. */
  String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Everything as it is now, in the text format of Prometheus 0.0.4. */
  String text();
}
