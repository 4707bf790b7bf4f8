package io.broadcasty.server.web;

import io.broadcasty.transport.http.AccessResource;
import io.broadcasty.transport.http.AdminEventsResource;
import io.broadcasty.transport.http.AdminResource;
import io.broadcasty.transport.http.AppsResource;
import io.broadcasty.transport.http.AuditResource;
import io.broadcasty.transport.http.ChallengeFilter;
import io.broadcasty.transport.http.ChannelsResource;
import io.broadcasty.transport.http.ConnectionsResource;
import io.broadcasty.transport.http.DisconnectResource;
import io.broadcasty.transport.http.DriversResource;
import io.broadcasty.transport.http.ExploredPresenceResource;
import io.broadcasty.transport.http.ExploredPushResource;
import io.broadcasty.transport.http.ExploredReplayResource;
import io.broadcasty.transport.http.HealthResource;
import io.broadcasty.transport.http.KeysResource;
import io.broadcasty.transport.http.MetricsResource;
import io.broadcasty.transport.http.OpenApiResource;
import io.broadcasty.transport.http.OutboxResource;
import io.broadcasty.transport.http.PingResource;
import io.broadcasty.transport.http.PoliciesResource;
import io.broadcasty.transport.http.PresenceResource;
import io.broadcasty.transport.http.PrivacyResource;
import io.broadcasty.transport.http.ProblemResponses;
import io.broadcasty.transport.http.PushKeyResource;
import io.broadcasty.transport.http.PushResource;
import io.broadcasty.transport.http.ReplayResource;
import io.broadcasty.transport.http.RevocationsResource;
import io.broadcasty.transport.http.SessionResource;
import io.broadcasty.transport.http.TenantUsageResource;
import io.broadcasty.transport.http.TenantsResource;
import io.broadcasty.transport.http.TicketResource;
import io.broadcasty.transport.http.UsersResource;
import io.broadcasty.transport.http.WebhookActionsResource;
import io.broadcasty.transport.http.WebhooksResource;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;

/** The JAX-RS application below {@code /broadcasty}. */
@ApplicationPath("broadcasty")
public class DataPlane extends Application {

  @Override
  public Set<Class<?>> getClasses() {
    return Set.of(
        AdminEventsResource.class,
        AdminResource.class,
        AuditResource.class,
        ChallengeFilter.class,
        ChannelsResource.class,
        ConnectionsResource.class,
        DisconnectResource.class,
        DriversResource.class,
        ExploredPresenceResource.class,
        ExploredPushResource.class,
        ExploredReplayResource.class,
        HealthResource.class,
        AccessResource.class,
        KeysResource.class,
        AppsResource.class,
        WebhooksResource.class,
        WebhookActionsResource.class,
        MetricsResource.class,
        OpenApiResource.class,
        OutboxResource.class,
        PresenceResource.class,
        PingResource.class,
        PushKeyResource.class,
        PushResource.class,
        ReplayResource.class,
        PoliciesResource.class,
        PrivacyResource.class,
        RevocationsResource.class,
        SessionResource.class,
        TenantUsageResource.class,
        TenantsResource.class,
        TicketResource.class,
        UsersResource.class,
        ProblemResponses.class);
  }

  /**
   * Has Payara leave the header {@code Location} as it is: behind a proxy, the scheme and host that
   * it would add are the wrong ones.
   */
  @Override
  public Map<String, Object> getProperties() {
    return Map.of("jersey.config.server.headers.location.relative.resolution.disabled", true);
  }
}
