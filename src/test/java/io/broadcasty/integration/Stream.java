package io.broadcasty.integration;

import org.jspecify.annotations.Nullable;

/** A client's open stream over any transport, as the contract tests use it. */
interface Stream extends AutoCloseable {

  /** Returns the next event; fails when none comes in time. */
  Event next();

  /** Returns whether the server has ended the stream. */
  boolean isEnded();

  /** Disconnects without a close, as a broken connection does. */
  void breakConnection();

  @Override
  void close();

  /**
   * An event of the stream.
   *
   * @param kind subscribed, publication, lost, end, error
   * @param json its content
   * @param cursor where a stream resumes after it, in the transport's form; null when it has none
   */
  record Event(String kind, String json, @Nullable String cursor) {

    /** Returns a number or text field at the top level of the content. */
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
