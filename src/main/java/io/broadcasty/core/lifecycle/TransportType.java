package io.broadcasty.core.lifecycle;

/** The transport of a connection. */
public enum TransportType {
  WEBSOCKET("websocket"),
  /** Server-Sent Events. */
  SSE("sse");

  private final String wireName;

  TransportType(String wireName) {
    this.wireName = wireName;
  }

  /** Returns the value of the metric label. */
  public String wireName() {
    return wireName;
  }
}
