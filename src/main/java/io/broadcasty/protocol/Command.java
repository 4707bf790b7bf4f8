package io.broadcasty.protocol;

import io.broadcasty.broker.PublishRequest;
import org.jspecify.annotations.Nullable;

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

  /**
   * Makes the connection's user present.
   *
   * @param member JSON object with what others are to see; null for the id alone
   */
  record Join(String channel, @Nullable String member) implements Command {}

  record Leave(String channel) implements Command {}

  /** Asks for the members of a channel that is subscribed to, and for the changes that follow. */
  record Presence(String channel) implements Command {}

  /**
   * Asks for a page of members.
   *
   * @param after the id that the page begins after; null for the first page
   */
  record Members(String channel, @Nullable String after, int limit) implements Command {}

  /**
   * Publishes.
   *
   * @param push what to push if it is not delivered; null for nothing
   */
  record Publish(PublishRequest publication, PushJson.@Nullable Undelivered push)
      implements Command {}

  /** Replaces the connection's token by a later one of the same user. */
  record Refresh(String token) implements Command {}

  record Ping() implements Command {}

  /** A command that cannot be carried out for what it says. */
  record Malformed(Problem problem) implements Command {}
}
