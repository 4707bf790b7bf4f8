package io.broadcasty.core.lifecycle;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/** Events of connections and of callers' requests. */
public sealed interface ConnectionEvent extends LifecycleEvent {

  /** A connection has been opened. Its token may be sent later. */
  record Connected(ConnectionInfo connection) implements ConnectionEvent {}

  /**
   * A connection has been authenticated by its token. Reported once for each connection, not when
   * the token is refreshed.
   */
  record Authenticated(ConnectionInfo connection) implements ConnectionEvent {}

  /**
   * A connection has ended.
   *
   * @param code the code sent to the client, as in {@code protocol/codes.json}; null when none was
   *     sent, because the client left or the connection broke
   * @param reason a sentence for people
   * @param durationNanos how long it was open
   * @param bytesOut bytes written to it
   * @param outboxBytes bytes that waited for it when it began to end
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
   * A connection's outbox has exceeded its limit, because the client reads too slowly. The
   * connection is closed; {@link Disconnected} follows.
   *
   * @param outboxBytes bytes that waited
   */
  record SlowConsumer(ConnectionInfo connection, long outboxBytes) implements ConnectionEvent {}

  /**
   * A token was refused. The tenant and user that it claims are unverified, and are left out,
   * unless the token is valid and its issuer may not sign for the tenant.
   *
   * @param reason a sentence for people, without the token or any of its values
   * @param address the client's address; null where it is unknown
   * @param issuer the name of the issuer that has signed it, and may not for this tenant; null for
   *     another reason
   * @param claimed the tenant that this issuer has claimed; null for another reason
   */
  record TokenRefused(
      TokenFault fault,
      String reason,
      @Nullable String address,
      @Nullable String issuer,
      @Nullable TenantId claimed)
      implements ConnectionEvent {

    /** Creates an event about a token for another reason than its issuer. */
    public TokenRefused(TokenFault fault, String reason, @Nullable String address) {
      this(fault, reason, address, null, null);
    }
  }

  /**
   * A request of a caller was refused because it repeats an earlier one, by its nonce or its time.
   *
   * @param reason a sentence for people
   * @param address the client's address; null where it is unknown
   */
  record Replayed(TenantId tenant, String subject, String reason, @Nullable String address)
      implements ConnectionEvent {}

  /**
   * A limit is reached, and a request or connection was refused for it.
   *
   * @param limit names the limit, one of a few names known in advance: {@code rate_address}
   * @param tenant null when the limit belongs to no tenant, or the tenant is unknown
   * @param subject the user's id; null when the limit belongs to no user, or the user is unknown
   * @param channel null when the limit does not belong to a channel
   * @param address the client's address; null where it is unknown
   */
  record LimitReached(
      String limit,
      @Nullable TenantId tenant,
      @Nullable String subject,
      @Nullable String channel,
      @Nullable String address)
      implements ConnectionEvent {

    /** The requests of one client address. */
    public static final String RATE_ADDRESS = "rate_address";

    /** The publications and commands of one user. */
    public static final String RATE_USER = "rate_user";

    /** The publications to one channel. */
    public static final String RATE_CHANNEL = "rate_channel";

    /** The publications and commands of all users of a tenant. */
    public static final String RATE_TENANT = "rate_tenant";

    /** The bytes that one user sends. */
    public static final String BYTES_USER = "bytes_user";

    /** The bytes that all users of a tenant send. */
    public static final String BYTES_TENANT = "bytes_tenant";

    /** The connections of one address, or of all, that have not authenticated. */
    public static final String UNAUTHENTICATED = "unauthenticated";

    /** The memory of an area, whose name follows. */
    public static final String MEMORY = "memory_";

    /** The connections of a tenant or user. */
    public static final String CONNECTIONS = "connections";

    /** The channels of one connection. */
    public static final String CHANNELS = "channels";

    /** The channels of a tenant that keep publications. */
    public static final String CHANNEL_QUOTA = "channel_quota";
  }

  /**
   * An administrator or operator has ended connections on all nodes.
   *
   * @param tenant the caller's tenant
   * @param subject the caller
   * @param targetTenant whose connections are ended; null for those of all tenants
   * @param targetSubject whose connections are ended; null for those of all users
   * @param byToken whether only the connections of one token are ended
   * @param code the code that the clients are told
   * @param address the caller's address
   */
  record DisconnectRequested(
      TenantId tenant,
      String subject,
      @Nullable TenantId targetTenant,
      @Nullable String targetSubject,
      boolean byToken,
      String code,
      @Nullable String address)
      implements ConnectionEvent {}

  /**
   * A request to {@code /broadcasty/} has been answered; for a stream, when it begins.
   *
   * @param status the status of the response, 101 for a WebSocket
   * @param requestBytes the declared length of the request's body in bytes; 0 for none
   */
  record HttpAnswered(int status, long requestBytes) implements ConnectionEvent {}

  /**
   * The traffic of a transport's connections since the last event; summed up about once a second by
   * the thread that checks on connections.
   *
   * @param bytesIn bytes of messages from clients
   * @param bytesOut bytes of messages to clients
   */
  record Traffic(TransportType transport, long bytesIn, long bytesOut) implements ConnectionEvent {}

  /** Why a token is refused; a label of meters. */
  enum TokenFault {
    /** The request needs a token and has none. */
    MISSING("missing"),
    /** The token has expired, and is valid otherwise. */
    EXPIRED("expired"),
    /** The token's form, signature or a claim is invalid. */
    INVALID("invalid"),
    /** The token was valid, and has been revoked. */
    REVOKED("revoked"),
    /** The token is valid, and its tenant is suspended, unknown or not one of its issuer. */
    TENANT("tenant"),
    /** The token cannot be verified now, because the keys cannot be fetched. */
    UNVERIFIABLE("unverifiable");

    private final String wireName;

    TokenFault(String wireName) {
      this.wireName = wireName;
    }

    /** Returns the value of the metric label. */
    public String wireName() {
      return wireName;
    }
  }

  /**
   * A caller with a valid token is not allowed to do what it requested.
   *
   * @param kind the channel's kind; null for an operation without a channel
   * @param address the client's address; null where it is unknown
   */
  record Denied(
      TenantId tenant,
      String subject,
      Operation operation,
      ChannelName.@Nullable Kind kind,
      @Nullable String address)
      implements ConnectionEvent {}

  /** The operation that a caller requests; a label of meters. */
  enum Operation {
    SUBSCRIBE("subscribe"),
    REPLAY("replay"),
    PUBLISH("publish"),
    /** To list or join members. */
    PRESENCE("presence"),
    PUSH("push"),
    /** An operation reserved for administrators. */
    ADMIN("admin");

    private final String wireName;

    Operation(String wireName) {
      this.wireName = wireName;
    }

    /** Returns the value of the metric label. */
    public String wireName() {
      return wireName;
    }
  }
}
