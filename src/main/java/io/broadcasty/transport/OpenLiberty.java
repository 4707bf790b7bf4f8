package io.broadcasty.transport;

/** Tells the one server whose upgraded connections and flushes need care (docs/adr/0007). */
public final class OpenLiberty {

  private OpenLiberty() {}

  /** Whether something that the container handed out is Open Liberty's. */
  public static boolean made(Object ofContainer) {
    return ofContainer.getClass().getName().startsWith("com.ibm.ws.");
  }
}
