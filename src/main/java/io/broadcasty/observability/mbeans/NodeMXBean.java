package io.broadcasty.observability.mbeans;

/** This node: {@code io.broadcasty:type=Node}. Its methods may be called by any thread. */
@Described("This node of Broadcasty")
public interface NodeMXBean {

  @Described("The name by which the nodes know this one; another one after each start")
  String getName();

  @Described("The version of Broadcasty")
  String getVersion();

  @Described("When the node started (ISO 8601, UTC)")
  String getStartedAt();

  /** Returns {@code serving}, {@code drained}, {@code suspended} or {@code stopping}. */
  @Described(
      "serving; drained by an operator; suspended, because it cannot serve for now; or stopping")
  String getState();

  @Described("Why the node does not serve; empty when it does")
  String getStateReason();

  @Described("The time since the last check of all connections, in milliseconds")
  long getMillisSinceSweep();

  /** Drains the node; does nothing more when it is drained already. Returns at once. */
  @Described(
      "Ends the connections over broadcasty.drain, so that clients resume on other nodes, and"
          + " refuses requests until resume(); the node is not ready meanwhile")
  void drain();

  /** Ends what {@link #drain} has begun. */
  @Described("Serves again after drain()")
  void resume();
}
