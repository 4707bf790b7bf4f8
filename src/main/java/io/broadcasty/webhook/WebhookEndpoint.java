package io.broadcasty.webhook;

import io.broadcasty.core.tenant.TenantId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint of a tenant.
 *
 * @param id unique on this service
 * @param configured whether it comes from the configuration of an app, and cannot be changed
 * @param failingSinceMillis when the first attempt failed since the last one that succeeded; 0 when
 *     none has
 * @param revision grows with each change
 */
public record WebhookEndpoint(
    String id,
    TenantId tenant,
    EndpointOptions options,
    EndpointSecrets secrets,
    State state,
    boolean configured,
    long failingSinceMillis,
    long createdAtMillis,
    long updatedAtMillis,
    long revision) {

  /** Whether an endpoint is sent to. */
  public enum State {
    /** It is told of events. */
    ACTIVE,
    /** An administrator has stopped it: it is told of nothing, and what waits for it is kept. */
    PAUSED,
    /** As paused, by the service: it has failed for days, or has answered that it is gone. */
    DISABLED;

    /** Returns the name in answers and in the database. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the state with a name; null when there is none. */
    public static @Nullable State fromWireName(String name) {
      for (State each : values()) {
        if (each.wireName().equals(name)) {
          return each;
        }
      }
      return null;
    }
  }

  /** Returns this endpoint with other options, secrets or state. */
  public WebhookEndpoint with(
      EndpointOptions newOptions, EndpointSecrets newSecrets, State newState, long nowMillis) {
    return new WebhookEndpoint(
        id,
        tenant,
        newOptions,
        newSecrets,
        newState,
        configured,
        newState == State.ACTIVE && state != State.ACTIVE ? 0 : failingSinceMillis,
        createdAtMillis,
        nowMillis,
        revision);
  }

  /** Returns this endpoint as one that fails since a time; 0 for one that does not. */
  public WebhookEndpoint failingSince(long millis) {
    return new WebhookEndpoint(
        id,
        tenant,
        options,
        secrets,
        state,
        configured,
        millis,
        createdAtMillis,
        updatedAtMillis,
        revision);
  }

  /** Returns the id. */
  @Override
  public String toString() {
    return id;
  }
}
