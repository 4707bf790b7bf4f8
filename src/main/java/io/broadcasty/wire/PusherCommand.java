package io.broadcasty.wire;

import org.jspecify.annotations.Nullable;

/** What a client of the Pusher protocol sends. */
public sealed interface PusherCommand {

  /**
   * Subscribe to a channel.
   *
   * @param auth a key and a signature; empty for none
   * @param channelData JSON text that was signed too, such as who joins; null for none
   */
  record Subscribe(String channel, String auth, @Nullable String channelData)
      implements PusherCommand {

    /** Omits the signature. */
    @Override
    public String toString() {
      return "Subscribe[" + channel + "]";
    }
  }

  /** Unsubscribe from a channel. */
  record Unsubscribe(String channel) implements PusherCommand {}

  /** A ping, to be answered. */
  record Ping() implements PusherCommand {}

  /** The answer to a ping, or an event without a meaning for the server. */
  record Pong() implements PusherCommand {}

  /**
   * Sign the connection in.
   *
   * @param userData JSON text that was signed
   */
  record Signin(String auth, String userData) implements PusherCommand {

    /** Omits the signature and the data. */
    @Override
    public String toString() {
      return "Signin";
    }
  }

  /**
   * An event for the other subscribers of a channel.
   *
   * @param payload JSON text, see {@link PusherData}
   */
  record ClientEvent(String event, String channel, String payload) implements PusherCommand {

    /** Omits the payload. */
    @Override
    public String toString() {
      return "ClientEvent[" + channel + "]";
    }
  }
}
