package io.broadcasty.webhook;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.Set;

/** Endpoints and messages for tests. */
public final class WebhookFixtures {

  public static final TenantId ACME = new TenantId("acme");
  public static final TenantId GLOBEX = new TenantId("globex");

  private WebhookFixtures() {}

  public static EndpointOptions options(String url) {
    return new EndpointOptions(url, "", WebhookFormat.STANDARD, "", Set.of(), "", 0);
  }

  public static WebhookEndpoint endpoint(String id, TenantId tenant, EndpointOptions options) {
    return new WebhookEndpoint(
        id,
        tenant,
        options,
        EndpointSecrets.NONE,
        WebhookEndpoint.State.ACTIVE,
        false,
        0,
        1000,
        1000,
        1);
  }

  public static WebhookEndpoint endpoint(String id) {
    return endpoint(id, ACME, options("https://" + id + ".example.com/hook"));
  }

  public static TenantChannel channel(String name) {
    return new TenantChannel(ACME, new ChannelName(name));
  }

  /** Returns the message about an event to an endpoint. */
  public static WebhookMessage message(WebhookEvent event, WebhookEndpoint endpoint) {
    return EventRecorder.message(event, endpoint);
  }
}
