package io.broadcasty.lifecycle;

/** The transport of a connection. */
public enum TransportType {
  WEBSOCKET("websocket"),
  /** Server-Sent Events. */
  SSE("sse");

  private final String word;

  TransportType(String word) {
    this.word = word;
  }

  /** Returns the value of the metric label. */
  public String word() {
    return word;
  }
}
