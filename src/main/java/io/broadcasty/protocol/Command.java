package io.broadcasty.protocol;

/** A client's command on a connection. */
public sealed interface Command {

  /** Authenticates the connection, if the handshake has not. */
  record Connect(String token) implements Command {}

  /**
   * Subscribes to a channel or, when it ends in {@code *}, to a pattern.
   *
   * @param channel checked when it is carried out
   */
  record Subscribe(String channel, Since since) implements Command {}

  record Unsubscribe(String channel) implements Command {}

  record Publish(PublishCommand publication) implements Command {}

  /** Replaces the connection's token by a later one of the same user. */
  record Refresh(String token) implements Command {}

  record Ping() implements Command {}

  /** A command that cannot be carried out for what it says. */
  record Malformed(Problem problem) implements Command {}
}
