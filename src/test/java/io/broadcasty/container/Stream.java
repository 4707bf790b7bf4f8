package io.broadcasty.container;

import org.jspecify.annotations.Nullable;

/** A client's open stream, whatever the transport: what the contract asks of it. */
interface Stream extends AutoCloseable {

  /** The next event; fails when none comes in time. */
  Event next();

  /** Whether the server has ended the stream. */
  boolean isEnded();

  /** Leaves as a client does whose line breaks: without a word. */
  void cut();

  @Override
  void close();

  /**
   * What a client is told.
   *
   * @param kind subscribed, publication, lost, end, error
   * @param json its content
   * @param cursor from where a stream goes on after it, in the transport's form; null when it has
   *     none
   */
  record Event(String kind, String json, @Nullable String cursor) {

    /** A number or text field at the top of the content. */
    String field(String name) {
      var matcher =
          java.util.regex.Pattern.compile("\"" + name + "\":(?:\"([^\"]*)\"|([-0-9a-z.]+))")
              .matcher(json);
      if (!matcher.find()) {
        throw new AssertionError("no field " + name + " in " + json);
      }
      return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    }

    long sequence() {
      return Long.parseLong(field("sequence"));
    }
  }
}
