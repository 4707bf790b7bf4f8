package io.broadcasty.delivery.session;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.UnauthenticatedConnections;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.delivery.subscribe.WatchOutcome;
import io.broadcasty.presence.service.PresenceOutcome;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Maps the outcomes of use cases to the protocol's problems, the same for every transport. */
public final class ProblemMapper {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
  private static final Duration MEMORY_RETRY_AFTER = Duration.ofSeconds(5);
  private static final Duration CONNECTION_RETRY_AFTER = Duration.ofSeconds(10);

  private ProblemMapper() {}

  /** Returns the problem of a publish outcome; null for a success. */
  public static @Nullable Problem problem(PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Denied) {
      return Problem.of(Code.FORBIDDEN, "your roles do not allow publishing to this channel");
    }
    if (outcome instanceof PublishOutcome.Throttled throttled) {
      return throttled(throttled.verdict());
    }
    if (outcome instanceof PublishOutcome.Unavailable unavailable) {
      return new Problem(Code.UNAVAILABLE, unavailable.reason(), unavailable.retryAfter());
    }
    if (outcome instanceof PublishOutcome.Rejected rejected) {
      return Problem.of(Code.INVALID_REQUEST, rejected.reason());
    }
    if (outcome instanceof PublishOutcome.TooManyChannels many) {
      return Problem.of(
          Code.CHANNEL_QUOTA,
          "the tenant may have " + many.quota() + " channels; publish to one that exists");
    }
    if (outcome instanceof PublishOutcome.NoMemory full) {
      return noMemory(full.outcome().area(), full.outcome().full(), full.outcome().retryAfter());
    }
    return null;
  }

  /**
   * Returns the problem of a reservation that a memory budget refused.
   *
   * @param full any grant except {@code GRANTED}
   */
  public static Problem noMemory(MemoryArea area, MemoryBudget.Grant full, Duration retryAfter) {
    return full == MemoryBudget.Grant.TENANT_FULL
        ? new Problem(
            Code.MEMORY_LIMIT,
            "your tenant has used its share of this node's memory for " + contents(area),
            retryAfter)
        : new Problem(
            Code.OVERLOADED, "this node has no memory left for " + contents(area), retryAfter);
  }

  private static String contents(MemoryArea area) {
    return switch (area) {
      case INBOUND -> "incomplete messages";
      case STREAMS -> "publications; publish less, or smaller ones";
      case IDS -> "ids of publications; publish more slowly, or without ids";
      case SUBSCRIPTIONS -> "subscriptions and members; end some";
      case QUEUES -> "publications that wait for the store; publish more slowly";
      case OUTBOXES -> "what waits for clients to read";
    };
  }

  /** Returns the problem of a subscribe outcome; null for a success. */
  public static @Nullable Problem problem(SubscribeOutcome outcome) {
    if (outcome instanceof SubscribeOutcome.Denied) {
      return Problem.of(Code.FORBIDDEN, "your roles do not allow subscribing to this channel");
    }
    if (outcome instanceof SubscribeOutcome.Closed) {
      return new Problem(
          Code.UNAVAILABLE, "the connection has ended; reconnect and resume", RETRY_AFTER);
    }
    if (outcome instanceof SubscribeOutcome.Throttled throttled) {
      return throttled(throttled.verdict());
    }
    if (outcome instanceof SubscribeOutcome.NoMemory none) {
      return noMemory(MemoryArea.SUBSCRIPTIONS, none.full(), MEMORY_RETRY_AFTER);
    }
    if (outcome instanceof SubscribeOutcome.AlreadySubscribed) {
      return Problem.of(
          Code.ALREADY_SUBSCRIBED, "unsubscribe first to subscribe from another position");
    }
    if (outcome instanceof SubscribeOutcome.TooManyChannels many) {
      return Problem.of(
          Code.TOO_MANY_CHANNELS,
          "a connection may have "
              + many.limit()
              + " channels; unsubscribe some, use a narrower pattern, or open another connection");
    }
    return null;
  }

  /** Returns the problem of an outcome of watching members; null for a success. */
  public static @Nullable Problem problem(WatchOutcome outcome) {
    if (outcome instanceof WatchOutcome.NotSubscribed) {
      return Problem.of(Code.NOT_SUBSCRIBED, "subscribe to the channel before asking for members");
    }
    if (outcome instanceof WatchOutcome.NoPresenceChannel) {
      return noPresenceChannel();
    }
    return outcome instanceof WatchOutcome.Denied ? presenceDenied() : null;
  }

  /** Returns the problem of a presence outcome; null for a success. */
  public static @Nullable Problem problem(PresenceOutcome outcome) {
    if (outcome instanceof PresenceOutcome.NoPresenceChannel) {
      return noPresenceChannel();
    }
    if (outcome instanceof PresenceOutcome.Denied) {
      return presenceDenied();
    }
    if (outcome instanceof PresenceOutcome.NotYourself self) {
      return Problem.of(
          Code.FORBIDDEN,
          "with this token the member's id is its subject, `"
              + self.subject()
              + "`; only callers who may publish to the channel may add or remove others");
    }
    if (outcome instanceof PresenceOutcome.TooLarge large) {
      return Problem.of(
          Code.PAYLOAD_TOO_LARGE,
          "`member` has " + large.bytes() + " bytes; at most " + large.limit() + " are allowed");
    }
    if (outcome instanceof PresenceOutcome.Full full) {
      return Problem.of(
          Code.TOO_MANY_MEMBERS, "the channel has " + full.limit() + " members, its limit");
    }
    if (outcome instanceof PresenceOutcome.NoMemory none) {
      return noMemory(MemoryArea.SUBSCRIPTIONS, none.full(), MEMORY_RETRY_AFTER);
    }
    if (outcome instanceof PresenceOutcome.TooManyChannels many) {
      return Problem.of(
          Code.TOO_MANY_CHANNELS,
          "a connection may be present in " + many.limit() + " channels; leave some");
    }
    if (outcome instanceof PresenceOutcome.NotPresent absent) {
      return Problem.of(
          Code.NOT_PRESENT,
          "`" + absent.memberId() + "` has not joined this way, or its membership has expired");
    }
    if (outcome instanceof PresenceOutcome.Throttled throttled) {
      return throttled(throttled.verdict());
    }
    if (outcome instanceof PresenceOutcome.Unavailable unavailable) {
      return new Problem(Code.UNAVAILABLE, unavailable.reason(), unavailable.retryAfter());
    }
    return null;
  }

  /** Returns the problem of a request for the members of a channel that has none. */
  public static Problem noPresenceChannel() {
    return Problem.of(
        Code.INVALID_CHANNEL, "only channels whose name begins with presence- have members");
  }

  private static Problem presenceDenied() {
    return Problem.of(Code.FORBIDDEN, "your roles do not allow seeing or joining its members");
  }

  /** Returns the problem of an exceeded rate limit. */
  public static Problem throttled(RateLimiter.Verdict verdict) {
    return new Problem(
        Code.RATE_LIMITED,
        "the limit of "
            + verdict.limit()
            + (verdict.scope().countsBytes() ? " bytes" : "")
            + " for this "
            + owner(verdict.scope())
            + " is used up",
        verdict.retryAfter());
  }

  /**
   * Returns the problem of a message or body whose bytes were refused; one that could never be
   * granted is too large.
   */
  public static Problem throttled(RateLimiter.Verdict verdict, long bytes) {
    return verdict.isPossible(bytes)
        ? throttled(verdict)
        : Problem.of(
            Code.PAYLOAD_TOO_LARGE,
            "it counts for "
                + bytes
                + " bytes; this "
                + owner(verdict.scope())
                + " may send at most "
                + verdict.limit()
                + " at once; send it in parts");
  }

  private static String owner(RateLimiter.Scope scope) {
    return switch (scope) {
      case IP, PING -> "address";
      case USER, USER_BYTES -> "user";
      case CHANNEL -> "channel";
      case TENANT, TENANT_BYTES -> "tenant";
    };
  }

  /** Returns the problem of an invalid channel name. */
  public static Problem invalidChannel(InvalidChannelException fault) {
    return Problem.of(Code.INVALID_CHANNEL, String.valueOf(fault.getMessage()));
  }

  /** Returns the problem of a refused token. */
  public static Problem refused(Authenticator.Refused refused) {
    return Problem.of(refused.expired() ? Code.TOKEN_EXPIRED : Code.UNAUTHORIZED, refused.reason());
  }

  /** Returns the problem of an exceeded connection limit. */
  public static Problem connectionLimit() {
    return new Problem(
        Code.CONNECTION_LIMIT,
        "this tenant or user has reached its connection limit; close some connections",
        CONNECTION_RETRY_AFTER);
  }

  /** Returns the problem of a message that did not arrive whole in time. */
  public static Problem messageTimeout(Duration limit) {
    return new Problem(
        Code.REQUEST_TIMEOUT,
        "a message must arrive whole within " + limit.toSeconds() + " s; send smaller ones",
        RETRY_AFTER);
  }

  /** Returns the problem of a request body that did not arrive in time. */
  public static Problem bodyTimeout(String reason) {
    return new Problem(
        Code.REQUEST_TIMEOUT, reason + "; send it without pauses, or in parts", RETRY_AFTER);
  }

  /** Returns the problem of a refused reservation: the limit that is reached, by its owner. */
  public static Problem outOfMemory(MemoryBudget.Grant refusal) {
    return refusal == MemoryBudget.Grant.TENANT_FULL
        ? new Problem(
            Code.MEMORY_LIMIT,
            "too much input of this tenant is incomplete; send less at once",
            MEMORY_RETRY_AFTER)
        : new Problem(
            Code.OVERLOADED,
            "too much input of all clients is incomplete; try again later or at another node",
            MEMORY_RETRY_AFTER);
  }

  /** Returns the problem of too many connections that have not authenticated. */
  public static Problem unauthenticatedLimit(UnauthenticatedConnections.Refused refused) {
    String mend = "; send a token with the handshake, or try again later";
    return refused.ofAddress()
        ? new Problem(
            Code.RATE_LIMITED,
            "this address has " + refused.limit() + " connections without a token" + mend,
            refused.retryAfter())
        : new Problem(
            Code.OVERLOADED,
            "too many connections of this node have no token yet" + mend,
            refused.retryAfter());
  }

  /** Returns the problem of a failed read of the store. */
  public static Problem storeUnreadable() {
    return new Problem(Code.UNAVAILABLE, "the store cannot be read now", RETRY_AFTER);
  }

  /** The result of verifying a token. */
  public sealed interface Identification {}

  /** The token is valid. */
  public record Identified(Caller caller) implements Identification {}

  /** The token is invalid, or cannot be verified now. */
  public record Unidentified(Problem problem) implements Identification {}

  /**
   * Verifies a token and returns its caller or a problem.
   *
   * @param address the client's address; null where it is unknown
   */
  public static Identification authenticate(
      Authenticator authenticator, String token, @Nullable String address) {
    return identification(() -> authenticator.authenticate(token, address), address, false);
  }

  /**
   * Verifies a token whose sender shows, or has shown, that it has the token's key, and returns its
   * caller or a problem.
   *
   * @param address the client's address; null where it is unknown
   */
  public static Identification authenticateBound(
      Authenticator authenticator, String token, @Nullable String address) {
    return identification(() -> authenticator.authenticateBound(token, address), address, false);
  }

  /**
   * Verifies the signature of a request and returns its caller or a problem.
   *
   * @param address the client's address; null where it is unknown
   */
  public static Identification authenticate(
      Authenticator authenticator, SignedRequest request, @Nullable String address) {
    return identification(() -> authenticator.authenticate(request, address), address, true);
  }

  private static Identification identification(
      Supplier<Authenticator.Verdict> verification, @Nullable String address, boolean signed) {
    try {
      Authenticator.Verdict verdict = verification.get();
      if (verdict instanceof Authenticator.TenantRefused refused) {
        return new Unidentified(Problem.of(Code.TENANT_REFUSED, refused.reason()));
      }
      if (verdict instanceof Authenticator.Revoked revoked) {
        return new Unidentified(Problem.of(Code.UNAUTHORIZED, revoked.reason()));
      }
      if (verdict instanceof Authenticator.Refused refused) {
        return new Unidentified(
            signed && !refused.expired()
                ? Problem.of(Code.INVALID_SIGNATURE, refused.reason())
                : refused(refused));
      }
      return new Identified(((Authenticator.Authenticated) verdict).caller().from(address));
    } catch (AuthenticationUnavailableException e) {
      return new Unidentified(
          new Problem(
              Code.UNAVAILABLE, "tokens cannot be verified now: " + e.getMessage(), RETRY_AFTER));
    }
  }
}
