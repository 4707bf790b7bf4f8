package io.broadcasty.observability.mbeans;

/** The connections of this node: {@code io.broadcasty:type=Connections}. */
@Described("The connections of this node")
public interface ConnectionsMXBean {

  @Described("Connections that are open now")
  long getOpen();

  @Described("WebSocket connections that are open now")
  long getOpenWebSockets();

  @Described("Streams of Server-Sent Events that are open now")
  long getOpenEventStreams();

  @Described("Connections that were opened since the start")
  long getOpened();

  @Described("Connections that were ended since the start because the client read too slowly")
  long getSlowConsumers();

  /**
   * Ends the connections of a user on this node with the code {@code disconnected}.
   *
   * @return how many are being ended
   */
  @Described(
      "Ends the connections of a user on this node and returns how many; the client may come back"
          + " with a valid token (to keep it out, revoke its tokens)")
  int disconnectUser(String tenant, String user);
}
