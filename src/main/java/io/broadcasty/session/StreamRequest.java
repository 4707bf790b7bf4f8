package io.broadcasty.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client has said in the HTTP request that opens a stream. */
public interface StreamRequest {

  /** All values of a parameter of the query, in order; empty when it is not there. */
  List<String> parameters(String name);

  /** The value of a header; null when it is not there. */
  @Nullable String header(String name);

  /** The first value of a parameter of the query; null when it is not there. */
  default @Nullable String parameter(String name) {
    List<String> values = parameters(name);
    return values.isEmpty() ? null : values.get(0);
  }
}
