package io.broadcasty.delivery.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP request that opens a stream, as far as protocols read it. */
public interface StreamRequest {

  /** Returns all values of a query parameter, in order; empty when it is missing. */
  List<String> parameters(String name);

  /** Returns the value of a header; null when it is missing. */
  @Nullable String header(String name);

  /** Returns what follows the path of the protocol, without its slash; empty for nothing. */
  default String belowPath() {
    return "";
  }

  /** Returns the first value of a query parameter; null when it is missing. */
  default @Nullable String parameter(String name) {
    List<String> values = parameters(name);
    return values.isEmpty() ? null : values.get(0);
  }
}
