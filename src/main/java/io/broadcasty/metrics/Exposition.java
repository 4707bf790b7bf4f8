package io.broadcasty.metrics;

import com.google.errorprone.annotations.ThreadSafe;

/** Renders all meters as text for a scraper. */
@ThreadSafe
public interface Exposition {

  /** The media type of {@link #text}, which every Prometheus version supports. */
  String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Returns all current values in the Prometheus text format 0.0.4. */
  String text();
}
