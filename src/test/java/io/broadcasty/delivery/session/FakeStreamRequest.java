package io.broadcasty.delivery.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A fake request that opens a stream. */
public record FakeStreamRequest(Map<String, List<String>> query, Map<String, String> headers)
    implements StreamRequest {

  /**
   * Returns a request with these query parameters.
   *
   * @param query alternates names and values
   */
  public static FakeStreamRequest of(String... query) {
    Map<String, List<String>> parameters = new HashMap<>();
    for (int i = 0; i < query.length; i += 2) {
      parameters.computeIfAbsent(query[i], name -> new ArrayList<>()).add(query[i + 1]);
    }
    return new FakeStreamRequest(parameters, Map.of());
  }

  public static FakeStreamRequest channels(String... channels) {
    return new FakeStreamRequest(Map.of("channel", List.of(channels)), Map.of());
  }

  /** Returns a copy with one more parameter. */
  public FakeStreamRequest with(String name, String value) {
    Map<String, List<String>> more = new HashMap<>(query);
    more.put(name, List.of(value));
    return new FakeStreamRequest(more, headers);
  }

  @Override
  public List<String> parameters(String name) {
    return query.getOrDefault(name, List.of());
  }

  @Override
  public @Nullable String header(String name) {
    return headers.get(name);
  }
}
