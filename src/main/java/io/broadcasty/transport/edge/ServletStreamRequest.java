package io.broadcasty.transport.edge;

import io.broadcasty.delivery.session.StreamRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A servlet request that opens a stream. */
public record ServletStreamRequest(HttpServletRequest request) implements StreamRequest {

  @Override
  public List<String> parameters(String name) {
    String[] values = request.getParameterValues(name);
    return values == null ? List.of() : List.of(values);
  }

  @Override
  public @Nullable String header(String name) {
    return request.getHeader(name);
  }

  @Override
  public String belowPath() {
    String below = request.getPathInfo();
    return below == null || below.isEmpty() ? "" : below.substring(1);
  }
}
