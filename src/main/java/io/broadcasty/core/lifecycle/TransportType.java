package io.broadcasty.core.lifecycle;

import org.jspecify.annotations.Nullable;

/** The transport of a connection. */
public enum TransportType {
  WEBSOCKET("websocket"),
  /** Server-Sent Events. */
  SSE("sse");

  private final String wireName;

  TransportType(String wireName) {
    this.wireName = wireName;
  }

  /** Returns the value of the metric label, and the name in the protocol. */
  public String wireName() {
    return wireName;
  }

  /** Returns the transport with this name; null when there is none. */
  public static @Nullable TransportType fromWireName(String name) {
    for (TransportType each : values()) {
      if (each.wireName.equals(name)) {
        return each;
      }
    }
    return null;
  }
}
