package io.broadcasty.streams.publish;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.PublicationEvent.AppendStarted;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.PublishRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The publish use case: checks policy and rate limits, chooses the partition, and calls the broker.
 *
 * <p>Completes when the store has accepted the publications; does not wait for subscribers.
 */
@ThreadSafe
public final class PublishService {

  private final Policy policy;
  private final RateLimiter limits;
  private final Broker broker;
  private final Ticker ticker;
  private final RealtimeListener listener;

  /**
   * Creates the use case.
   *
   * @param ticker measures how long a publication takes
   * @param listener is notified of each publication's result before the caller
   */
  public PublishService(
      Policy policy, RateLimiter limits, Broker broker, Ticker ticker, RealtimeListener listener) {
    this.policy = policy;
    this.limits = limits;
    this.broker = broker;
    this.ticker = ticker;
    this.listener = listener;
  }

  /**
   * Publishes in the given order.
   *
   * @return the outcomes, in the order of the requests; completes exceptionally for a fault of the
   *     broker
   */
  public CompletionStage<List<PublishOutcome>> publish(
      Caller caller, List<PublishRequest> requests) {
    return publish(caller, requests, false);
  }

  /**
   * Publishes as {@link #publish} does, without asking policy and rate limits: what the operator
   * has authorized by the configuration, and what must not be dropped.
   */
  public CompletionStage<List<PublishOutcome>> publishAuthorized(
      Caller caller, List<PublishRequest> requests) {
    return publish(caller, requests, true);
  }

  private CompletionStage<List<PublishOutcome>> publish(
      Caller caller, List<PublishRequest> requests, boolean authorized) {
    PublishEvents events = PublishEvents.begin(listener, ticker, caller);
    @Nullable PublishOutcome[] outcomes = new @Nullable PublishOutcome[requests.size()];
    List<Envelope> envelopes = new ArrayList<>(requests.size());
    for (int i = 0; i < outcomes.length; i++) {
      PublishRequest request = requests.get(i);
      PublishOutcome refusal = authorized ? null : refusal(caller, request);
      if (refusal != null) {
        outcomes[i] = refusal;
        if (refusal instanceof PublishOutcome.Denied) {
          events.denied(request);
        }
      } else {
        envelopes.add(envelope(caller, request));
      }
    }
    return append(envelopes, events)
        .thenApply(
            appended -> {
              int next = 0;
              for (int i = 0; i < outcomes.length; i++) {
                if (outcomes[i] == null) {
                  outcomes[i] = outcome(envelopes.get(next), appended.get(next));
                  next++;
                }
              }
              @SuppressWarnings("NullAway") // each element is set now
              List<PublishOutcome> all = Arrays.asList(outcomes);
              return all;
            })
        .whenComplete((all, failure) -> events.ended(requests, all));
  }

  /**
   * Appends the envelopes; an exception that the broker throws completes the stage exceptionally.
   */
  private CompletionStage<List<AppendOutcome>> append(
      List<Envelope> envelopes, PublishEvents events) {
    if (envelopes.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    AppendStarted started = events.appendStarted(envelopes);
    long sinceNanos = ticker.readNanos();
    CompletionStage<List<AppendOutcome>> appended;
    try {
      appended = broker.publish(envelopes);
    } catch (RuntimeException e) {
      appended = CompletableFuture.failedFuture(e);
    }
    return appended.whenComplete(
        (outcomes, failure) -> events.appendEnded(started, sinceNanos, failure));
  }

  private @Nullable PublishOutcome refusal(Caller caller, PublishRequest request) {
    if (!policy.allows(caller, request.channel(), Action.PUBLISH)) {
      return new PublishOutcome.Denied();
    }
    if (!limits.isEnabled()) {
      return null;
    }
    RateLimiter.Verdict user = limits.tryAcquireRequest(caller.tenant(), caller.subject());
    if (!user.granted()) {
      return new PublishOutcome.Throttled(user);
    }
    RateLimiter.Verdict channel =
        limits.tryAcquire(RateKey.ofChannel(caller.tenant(), request.channel().value()), 1);
    return channel.granted() ? null : new PublishOutcome.Throttled(channel);
  }

  private Envelope envelope(Caller caller, PublishRequest request) {
    return new Envelope(
        new TenantChannel(caller.tenant(), request.channel()),
        request.ephemeral() ? 0 : partition(caller, request),
        request.id() == null ? newId() : request.id(),
        request.id() != null,
        stamped(caller, request),
        request.ephemeral());
  }

  /** Returns the message, with its sender where the policy asks for it. */
  private Message stamped(Caller caller, PublishRequest request) {
    Message message = request.message();
    return policy.stampsSender(caller, request.channel())
        ? message.withOrigin(message.origin().withSender(caller.subject()))
        : message;
  }

  private int partition(Caller caller, PublishRequest request) {
    if (request.partitionKey() == null) {
      return 0;
    }
    return Math.floorMod(
        spread(request.partitionKey().hashCode()), policy.partitions(caller, request.channel()));
  }

  /**
   * Mixes the high bits of a hash into the low ones, since hashes of similar keys differ only there
   * (the finaliser of MurmurHash3).
   */
  private static int spread(int hash) {
    int h = hash;
    h = (h ^ (h >>> 16)) * 0x85ebca6b;
    h = (h ^ (h >>> 13)) * 0xc2b2ae35;
    return h ^ (h >>> 16);
  }

  private static PublishOutcome outcome(Envelope envelope, AppendOutcome outcome) {
    if (outcome instanceof AppendOutcome.Appended appended) {
      return new PublishOutcome.Published(envelope.id(), appended);
    }
    if (outcome instanceof AppendOutcome.Announced) {
      return new PublishOutcome.Announced(envelope.id());
    }
    if (outcome instanceof AppendOutcome.Queued) {
      return new PublishOutcome.Queued(envelope.id());
    }
    if (outcome instanceof AppendOutcome.NoMemory full) {
      return new PublishOutcome.NoMemory(full);
    }
    if (outcome instanceof AppendOutcome.TooManyChannels many) {
      return new PublishOutcome.TooManyChannels(many.quota());
    }
    if (outcome instanceof AppendOutcome.Rejected rejected) {
      return new PublishOutcome.Rejected(rejected.reason());
    }
    AppendOutcome.Unavailable unavailable = (AppendOutcome.Unavailable) outcome;
    return new PublishOutcome.Unavailable(unavailable.reason(), unavailable.retryAfter());
  }

  /**
   * Returns a random id; it identifies the publication and protects nothing, so a fast generator is
   * enough.
   */
  private static String newId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }
}
