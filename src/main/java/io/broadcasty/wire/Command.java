package io.broadcasty.wire;

import io.broadcasty.streams.broker.PublishRequest;
import org.jspecify.annotations.Nullable;

/** A client's command on a connection. */
public sealed interface Command {

  /** Authenticates the connection, if the handshake has not. */
  record Connect(String token) implements Command {}

  /**
   * Subscribes to a channel or, when it ends in {@code *}, to a pattern.
   *
   * @param channel validated when the command is carried out
   */
  record Subscribe(String channel, Since since) implements Command {}

  record Unsubscribe(String channel) implements Command {}

  /**
   * Makes the connection's user present on a channel.
   *
   * @param member JSON object that others see; null for the id alone
   */
  record Join(String channel, @Nullable String member) implements Command {}

  record Leave(String channel) implements Command {}

  /** Requests the members of a subscribed channel, and the changes that follow. */
  record Presence(String channel) implements Command {}

  /**
   * Requests a page of members.
   *
   * @param after the id after which the page begins; null for the first page
   */
  record Members(String channel, @Nullable String after, int limit) implements Command {}

  /**
   * Publishes to a channel.
   *
   * @param push what to push if the publication is not delivered; null for nothing
   */
  record Publish(PublishRequest publication, PushReader.@Nullable Undelivered push)
      implements Command {}

  /** Replaces the connection's token by a later one of the same user. */
  record Refresh(String token) implements Command {}

  record Ping() implements Command {}

  /** A publication with an id whose content is not valid; it says nothing about the client. */
  record InvalidPublish(Problem problem) implements Command {}

  /** A command whose content is not valid. */
  record Malformed(Problem problem) implements Command {}
}
