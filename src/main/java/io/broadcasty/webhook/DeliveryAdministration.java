package io.broadcasty.webhook;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The use case: administrators see what was sent to an endpoint, and have it sent again. Where a
 * tenant is given, the endpoint must be that tenant's; null stands for any. Every method may block.
 */
@ThreadSafe
public final class DeliveryAdministration {

  /** How many messages one request sends again. */
  public static final int MAX_RESENT = 10_000;

  private final @Nullable Stores stores;
  private final WallClock clock;

  @SuppressWarnings("ThreadSafe") // may be called by any thread
  private final Consumer<String> added;

  /** What keeps endpoints and messages. */
  public record Stores(WebhookEndpoints endpoints, WebhookOutbox outbox) {}

  /**
   * @param stores null when there is no database
   * @param added is told each endpoint that has something to be sent
   */
  public DeliveryAdministration(@Nullable Stores stores, WallClock clock, Consumer<String> added) {
    this.stores = stores;
    this.clock = clock;
    this.added = added;
  }

  /**
   * Returns messages of an endpoint, the latest first.
   *
   * @param state null for any
   * @param before only those with a lower number; {@link Long#MAX_VALUE} for the latest
   */
  public WebhookOutcome list(
      @Nullable TenantId tenant,
      String id,
      WebhookDelivery.@Nullable State state,
      long before,
      int limit) {
    return call(
        tenant,
        id,
        endpoint -> {
          List<WebhookDelivery> found = outbox().list(endpoint.id(), state, before, limit + 1);
          return found.size() > limit
              ? new WebhookOutcome.Deliveries(endpoint, found.subList(0, limit), true)
              : new WebhookOutcome.Deliveries(endpoint, found, false);
        });
  }

  /** Returns a message with its attempts. */
  public WebhookOutcome find(@Nullable TenantId tenant, String id, String messageId) {
    return call(
        tenant,
        id,
        endpoint -> {
          WebhookDelivery found = outbox().find(endpoint.id(), messageId);
          return found == null
              ? new WebhookOutcome.Missing()
              : new WebhookOutcome.Delivery(endpoint, found, outbox().attempts(found.number()));
        });
  }

  /** Has a message sent again, whatever became of it. */
  public WebhookOutcome resend(@Nullable TenantId tenant, String id, String messageId) {
    return call(
        tenant,
        id,
        endpoint -> {
          if (!outbox().resend(endpoint.id(), messageId)) {
            return new WebhookOutcome.Missing();
          }
          added.accept(endpoint.id());
          return new WebhookOutcome.Resent(endpoint, 1, false);
        });
  }

  /**
   * Has finished messages sent again, {@value #MAX_RESENT} at most.
   *
   * @param state those that have been delivered, or are dead; null for both
   * @param sinceMillis when they were made at the earliest
   */
  public WebhookOutcome resendSince(
      @Nullable TenantId tenant,
      String id,
      WebhookDelivery.@Nullable State state,
      long sinceMillis) {
    return call(
        tenant,
        id,
        endpoint -> {
          int count = outbox().resendSince(endpoint.id(), state, sinceMillis, MAX_RESENT);
          added.accept(endpoint.id());
          return new WebhookOutcome.Resent(endpoint, count, count == MAX_RESENT);
        });
  }

  /** Sends an endpoint a message that says nothing, so that its receiver can be tried. */
  public WebhookOutcome test(@Nullable TenantId tenant, String id) {
    return call(
        tenant,
        id,
        endpoint -> {
          if (endpoint.options().format() == WebhookFormat.PUSHER) {
            return new WebhookOutcome.Invalid("Pusher's form has no event that tries an endpoint");
          }
          if (endpoint.state() != WebhookEndpoint.State.ACTIVE) {
            return new WebhookOutcome.Invalid("the endpoint is not active");
          }
          WebhookEvent event =
              new WebhookEvent(
                  endpoint.tenant(),
                  WebhookEventType.TEST,
                  null,
                  null,
                  List.of(),
                  clock.nowMillis());
          WebhookMessage message = EventRecorder.message(event, endpoint);
          outbox().add(List.of(message));
          added.accept(endpoint.id());
          WebhookDelivery stored = outbox().find(endpoint.id(), message.id());
          return stored == null
              ? new WebhookOutcome.Missing()
              : new WebhookOutcome.Delivery(endpoint, stored, List.of());
        });
  }

  private WebhookOutbox outbox() {
    if (stores == null) {
      throw new IllegalStateException("there is no database");
    }
    return stores.outbox();
  }

  private WebhookOutcome call(
      @Nullable TenantId tenant, String id, Function<WebhookEndpoint, WebhookOutcome> work) {
    Stores open = stores;
    if (open == null) {
      return WebhookAdministration.off();
    }
    return WebhookAdministration.guarded(
        () -> {
          WebhookEndpoint found = WebhookAdministration.find(open.endpoints(), tenant, id);
          return found == null ? new WebhookOutcome.Missing() : work.apply(found);
        });
  }
}
