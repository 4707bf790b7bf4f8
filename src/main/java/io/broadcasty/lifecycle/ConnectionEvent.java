package io.broadcasty.lifecycle;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/** What happens to a connection, or to a caller who asks for something. */
public sealed interface ConnectionEvent extends LifecycleEvent {

  /** A connection has been opened. Its token may come later. */
  record Connected(ConnectionInfo connection) implements ConnectionEvent {}

  /** A token has said whose the connection is. Told once a connection, not when it is refreshed. */
  record Authenticated(ConnectionInfo connection) implements ConnectionEvent {}

  /**
   * A connection is over.
   *
   * @param code what the client was told, as in {@code protocol/codes.json}; null when nothing was,
   *     since it left or its line broke
   * @param reason in a sentence, for people
   * @param durationNanos how long it was open
   * @param bytesOut what was written to it, in bytes
   * @param outboxBytes what waited for it when it began to end, in bytes
   */
  record Disconnected(
      ConnectionInfo connection,
      @Nullable String code,
      String reason,
      long durationNanos,
      long bytesOut,
      long outboxBytes)
      implements ConnectionEvent {}

  /**
   * More waited for a connection than may, because its client reads too slowly. It is closed, which
   * {@link Disconnected} tells afterwards.
   *
   * @param outboxBytes what waited, in bytes
   */
  record SlowConsumer(ConnectionInfo connection, long outboxBytes) implements ConnectionEvent {}

  /** A token was not taken. Whose it claims to be is not known to be true, and is left out. */
  record TokenRefused(TokenFault fault) implements ConnectionEvent {}

  /**
   * A request to {@code /broadcasty/} has been answered; of a stream, its beginning.
   *
   * @param status the status of the answer, 101 for a WebSocket
   * @param requestBytes how long the request's body was said to be, in bytes; 0 for none
   */
  record HttpAnswered(int status, long requestBytes) implements ConnectionEvent {}

  /**
   * What the connections of a transport have sent and been sent since the last time; added up about
   * once a second, by the thread that checks on connections.
   *
   * @param bytesIn of messages from clients
   * @param bytesOut of messages to clients
   */
  record Traffic(TransportType transport, long bytesIn, long bytesOut) implements ConnectionEvent {}

  /** Why a token is not taken; a label of meters. */
  enum TokenFault {
    /** There is none where one is needed. */
    MISSING("missing"),
    /** Its only fault is that it has expired. */
    EXPIRED("expired"),
    /** It is not good: its form, its signature, or a claim. */
    INVALID("invalid"),
    /** It was good, and was taken back. */
    REVOKED("revoked"),
    /** It cannot be told now, since the keys cannot be fetched. */
    UNVERIFIABLE("unverifiable");

    private final String word;

    TokenFault(String word) {
      this.word = word;
    }

    /** Its name in metrics. */
    public String word() {
      return word;
    }
  }

  /**
   * A caller with a good token may not do what it asked for.
   *
   * @param kind of the channel; null where it is not about one
   */
  record Denied(
      TenantId tenant, String subject, Operation operation, ChannelName.@Nullable Kind kind)
      implements ConnectionEvent {}

  /** What a caller may ask for; a label of meters. */
  enum Operation {
    SUBSCRIBE("subscribe"),
    REPLAY("replay"),
    PUBLISH("publish"),
    /** To see or join members. */
    PRESENCE("presence"),
    PUSH("push"),
    /** What administrators may alone. */
    ADMIN("admin");

    private final String word;

    Operation(String word) {
      this.word = word;
    }

    /** Its name in metrics. */
    public String word() {
      return word;
    }
  }
}
