package io.broadcasty.webhook.sending;

import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEndpoint;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What this node sends to one endpoint. How much is in flight follows the endpoint: it grows while
 * that answers, and shrinks to one while it fails. Of a channel one message is in flight at a time,
 * so that a channel's messages keep their order. For one thread.
 */
final class EndpointLane {

  static final int MAX_WINDOW = 64;
  private static final int FIRST_WINDOW = 4;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Map<Long, Flight> flights = new HashMap<>();
  private final Set<String> channels = new HashSet<>();
  private final ArrayDeque<WebhookDelivery> buffer = new ArrayDeque<>();

  /** Those that are answered, until that is stored. */
  private final Set<Long> unstored = new HashSet<>();

  private WebhookEndpoint endpoint;
  private MessageSigner.@Nullable Signing signing;
  private int window = FIRST_WINDOW;
  private double tokens;
  private long tokensNanos;
  private boolean closed;

  /** Whether the store is to be asked at the next opportunity. */
  boolean pollRequested = true;

  /** When the store was asked last. */
  long polledNanos;

  /** When something was last due or in flight. */
  long busyNanos;

  EndpointLane(WebhookEndpoint endpoint, long nowNanos) {
    this.endpoint = endpoint;
    this.tokens = Math.max(1, endpoint.options().ratePerSecond());
    this.tokensNanos = nowNanos;
    this.busyNanos = nowNanos;
  }

  WebhookEndpoint endpoint() {
    return endpoint;
  }

  /** Takes over changes of the endpoint. */
  void update(WebhookEndpoint now) {
    if (now.revision() != endpoint.revision()) {
      signing = null;
    }
    endpoint = now;
  }

  /** Returns what signs, made when it is first needed. */
  MessageSigner.Signing signing(MessageSigner signer) throws MessageSigner.UnsignableException {
    MessageSigner.Signing made = signing;
    if (made == null) {
      made = signer.of(endpoint);
      signing = made;
    }
    return made;
  }

  /** Starts nothing more. */
  void close() {
    closed = true;
    buffer.clear();
  }

  boolean isClosed() {
    return closed;
  }

  boolean isIdle() {
    return flights.isEmpty() && unstored.isEmpty() && buffer.isEmpty();
  }

  int inFlight() {
    return flights.size();
  }

  Iterable<Flight> flights() {
    return flights.values();
  }

  /** Returns how many to ask the store for: those that it does not know are being sent come too. */
  int pageSize(int more) {
    return flights.size() + unstored.size() + more;
  }

  boolean wantsMore() {
    return !closed && buffer.size() < MAX_WINDOW;
  }

  /** Replaces what waits by what the store has due. */
  void fill(List<WebhookDelivery> due) {
    buffer.clear();
    for (WebhookDelivery each : due) {
      if (!flights.containsKey(each.number()) && !unstored.contains(each.number())) {
        buffer.add(each);
      }
    }
  }

  /** Returns the next message that may be sent now; null for none. */
  @Nullable WebhookDelivery next(long nowNanos) {
    if (closed || flights.size() >= window || buffer.isEmpty() || !hasToken(nowNanos)) {
      return null;
    }
    for (Iterator<WebhookDelivery> each = buffer.iterator(); each.hasNext(); ) {
      WebhookDelivery delivery = each.next();
      String channel = delivery.channel();
      if (channel == null || !channels.contains(channel)) {
        each.remove();
        tokens -= endpoint.options().ratePerSecond() > 0 ? 1 : 0;
        return delivery;
      }
    }
    return null;
  }

  private boolean hasToken(long nowNanos) {
    int rate = endpoint.options().ratePerSecond();
    if (rate == 0) {
      return true;
    }
    tokens = Math.min(rate, tokens + (double) (nowNanos - tokensNanos) * rate / SECOND_NANOS);
    tokensNanos = nowNanos;
    return tokens >= 1;
  }

  void started(Flight flight) {
    flights.put(flight.delivery().number(), flight);
    String channel = flight.delivery().channel();
    if (channel != null) {
      channels.add(channel);
    }
  }

  /** Ends a flight; returns whether it was still one. */
  boolean landed(Flight flight, boolean success) {
    if (!flights.remove(flight.delivery().number(), flight)) {
      return false;
    }
    String channel = flight.delivery().channel();
    if (channel != null) {
      channels.remove(channel);
    }
    unstored.add(flight.delivery().number());
    window = success ? Math.min(MAX_WINDOW, window + 1) : Math.max(1, window / 2);
    return true;
  }

  void stored(long number) {
    unstored.remove(number);
  }
}
