package io.broadcasty.lifecycle;

/** What a connection came over. */
public enum TransportType {
  WEBSOCKET("websocket"),
  /** Server-Sent Events. */
  SSE("sse");

  private final String word;

  TransportType(String word) {
    this.word = word;
  }

  /** Its name in metrics. */
  public String word() {
    return word;
  }
}
