package io.broadcasty.delivery.session;

import io.broadcasty.delivery.hub.EncodedFrame;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A server-sent event as a client reads it. */
public record Event(@Nullable String type, @Nullable String id, String data) {

  public static Event of(EncodedFrame frame) {
    String text = frame.text();
    if (!text.endsWith("\n\n") || text.indexOf("\n\n") != text.length() - 2) {
      throw new AssertionError("a frame is one event: " + text);
    }
    return new Event(field(text, "event"), field(text, "id"), String.valueOf(field(text, "data")));
  }

  public static List<Event> all(List<EncodedFrame> frames) {
    return frames.stream().map(Event::of).toList();
  }

  private static @Nullable String field(String text, String name) {
    String value =
        text.lines()
            .filter(line -> line.startsWith(name + ": "))
            .map(line -> line.substring(name.length() + 2))
            .collect(Collectors.joining("\n"));
    return value.isEmpty() ? null : value;
  }
}
