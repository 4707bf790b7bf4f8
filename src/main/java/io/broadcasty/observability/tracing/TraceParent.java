package io.broadcasty.observability.tracing;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the trace of a publication's headers (W3C Trace Context). The sampled flag is read from the
 * text, so nothing is parsed for a trace that is not sampled.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">traceparent</a>
 */
final class TraceParent {

  private static final String NAME = "traceparent";

  /**
   * The length of {@code 00-<32 digits>-<16 digits>-<2 digits>}; the last digit has the sampled
   * flag.
   */
  private static final int LENGTH = 55;

  private static final TextMapGetter<Map<String, String>> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> headers) {
          return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
          return headers == null ? null : headers.get(name);
        }
      };

  private TraceParent() {}

  /** Returns whether the headers name a sampled trace. */
  static boolean isSampled(Map<String, String> headers) {
    String value = headers.get(NAME);
    return value != null && hasFlag(value);
  }

  /** Returns whether the headers name a trace that is not sampled; false when they name none. */
  static boolean isDropped(Map<String, String> headers) {
    String value = headers.get(NAME);
    return value != null && value.length() >= LENGTH && !hasFlag(value);
  }

  private static boolean hasFlag(String value) {
    return value.length() >= LENGTH && (Character.digit(value.charAt(LENGTH - 1), 16) & 1) == 1;
  }

  /** Returns the root context with the trace of the headers, if they name one. */
  static Context context(Map<String, String> headers) {
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
  }
}
