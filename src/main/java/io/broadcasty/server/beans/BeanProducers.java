package io.broadcasty.server.beans;

import io.broadcasty.admin.DisconnectStreams;
import io.broadcasty.admin.NodeHealth;
import io.broadcasty.admin.app.AppAdministration;
import io.broadcasty.admin.audit.AuditAdministration;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.events.EventFeed;
import io.broadcasty.admin.explorer.ChannelExplorer;
import io.broadcasty.admin.explorer.ConnectionExplorer;
import io.broadcasty.admin.explorer.NodeExplorer;
import io.broadcasty.admin.key.ApiKeyAdministration;
import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.privacy.PrivacyAdministration;
import io.broadcasty.admin.revocation.BackChannelLogout;
import io.broadcasty.admin.revocation.RevocationAdministration;
import io.broadcasty.admin.tenant.TenantAdministration;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.PossessionProofs;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.core.auth.jwt.DpopProofs;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.UnauthenticatedConnections;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.delivery.session.UndeliveredPushService;
import io.broadcasty.metrics.Exposition;
import io.broadcasty.outbox.OutboxAdministration;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.presence.service.PresenceService;
import io.broadcasty.protocol.compact.CompactProtocol;
import io.broadcasty.protocol.compact.CompactSseProtocol;
import io.broadcasty.protocol.json.NativeProtocol;
import io.broadcasty.protocol.pusher.PusherProtocol;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.push.PushExplorer;
import io.broadcasty.push.PushSend;
import io.broadcasty.push.PushStatusQuery;
import io.broadcasty.push.PushSubscriptions;
import io.broadcasty.relay.RelayStatusSource;
import io.broadcasty.server.Startup;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.health.NodeChecks;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.publish.PublishService;
import io.broadcasty.transport.body.RequestBodies;
import io.broadcasty.transport.container.DisconnectDetector;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.ProtectedResource;
import io.broadcasty.transport.http.EventThreads;
import io.broadcasty.transport.http.PushAssets;
import io.broadcasty.webhook.DeliveryAdministration;
import io.broadcasty.webhook.WebhookAdministration;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.PublishReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Produces the node's components as CDI beans. They are {@code @Singleton}, since none needs a
 * client proxy and some cannot have one.
 */
@ApplicationScoped
public class BeanProducers {

  @Inject private Startup startup;

  @Produces
  @Singleton
  SessionContext context() {
    return startup.node().context();
  }

  @Produces
  @Singleton
  MemoryBudgets memory() {
    return startup.node().memory();
  }

  @Produces
  @Singleton
  Authenticator authenticator() {
    return startup.node().context().authenticator();
  }

  @Produces
  @Singleton
  ProtectedResource protectedResource() {
    Settings settings = startup.settings();
    return new ProtectedResource(
        settings.hasPublicUrl() ? settings.publicUrl() : null,
        settings.issuerClaims(),
        settings.edge());
  }

  @Produces
  @Singleton
  Tickets tickets() {
    return new Tickets(startup.node().tickets());
  }

  @Produces
  @Singleton
  NonceStore nonces() {
    return startup.node().nonces();
  }

  @Produces
  @Singleton
  PossessionProofs proofs() {
    return new DpopProofs(startup.node().nonces(), startup.node().context().clock());
  }

  @Produces
  @Singleton
  Apps apps() {
    return startup.settings().apps();
  }

  @Produces
  @Singleton
  WallClock clock() {
    return startup.node().context().clock();
  }

  @Produces
  @Singleton
  PublishService publish() {
    return startup.node().context().publish();
  }

  @Produces
  @Singleton
  PresenceService presence() {
    return startup.node().context().presence();
  }

  @Produces
  @Singleton
  PushSubscriptions pushSubscriptions() {
    return startup.node().push().subscriptions();
  }

  @Produces
  @Singleton
  PushSend pushSend() {
    return startup.node().push().send();
  }

  @Produces
  @Singleton
  PushStatusQuery pushStatus() {
    return startup.node().push().status();
  }

  @Produces
  @Singleton
  UndeliveredPushService undeliveredPushService() {
    return startup.node().context().undelivered();
  }

  @Produces
  @Singleton
  PushAssets pushAssets() {
    return new PushAssets(startup.node().push().providers().clientKey());
  }

  @Produces
  @Singleton
  Broker broker() {
    return startup.node().broker();
  }

  @Produces
  @Singleton
  Policy policy() {
    return startup.node().policy();
  }

  @Produces
  @Singleton
  RateLimiter limits() {
    return startup.node().limits();
  }

  @Produces
  @Singleton
  UnauthenticatedConnections unauthenticated() {
    return startup.node().unauthenticated();
  }

  @Produces
  @Singleton
  ConnectionLimiter connections() {
    return startup.node().connections();
  }

  @Produces
  @Singleton
  Administration administration() {
    return startup.settings().administration();
  }

  @Produces
  @Singleton
  DisconnectStreams disconnect() {
    return startup.node().disconnect();
  }

  @Produces
  @Singleton
  TenantAdministration tenantAdministration() {
    return startup.node().administrations().tenants();
  }

  @Produces
  @Singleton
  ApiKeyAdministration apiKeys() {
    return startup.node().administrations().keys();
  }

  @Produces
  @Singleton
  RevocationAdministration revocations() {
    return startup.node().administrations().revocations();
  }

  @Produces
  @Singleton
  BackChannelLogout backChannelLogout() {
    return new BackChannelLogout(
        startup.issuers(),
        startup.node().nonces(),
        startup.node().administrations().revocations(),
        startup.node().audit(),
        startup.node().listener(),
        startup.node().context().clock());
  }

  @Produces
  @Singleton
  PolicyAdministration policies() {
    return startup.node().administrations().policies();
  }

  @Produces
  @Singleton
  ChannelExplorer channelExplorer() {
    return startup.node().explorers().channels();
  }

  @Produces
  @Singleton
  NodeExplorer nodeExplorer() {
    return startup.node().explorers().nodes();
  }

  @Produces
  @Singleton
  ConnectionExplorer connectionExplorer() {
    return startup.node().explorers().connections();
  }

  @Produces
  @Singleton
  EventFeed adminEvents() {
    return startup.node().explorers().events();
  }

  @Produces
  @Singleton
  EventThreads adminEventThreads() {
    return startup.node().explorers().eventThreads();
  }

  @Produces
  @Singleton
  PushExplorer pushExplorer() {
    return startup.node().push().explorer();
  }

  @Produces
  @Singleton
  PresenceStore members() {
    return startup.node().presence();
  }

  @Produces
  @Singleton
  AuditLog audit() {
    return startup.node().audit();
  }

  @Produces
  @Singleton
  AppAdministration appAdministration() {
    return startup.node().appAdministration();
  }

  @Produces
  @Singleton
  WebhookAdministration webhookAdministration() {
    return startup.node().webhooks().administration();
  }

  @Produces
  @Singleton
  OutboxAdministration outboxAdministration() {
    return startup.node().outboxes();
  }

  @Produces
  @Singleton
  DeliveryAdministration deliveryAdministration() {
    return startup.node().webhooks().deliveries();
  }

  @Produces
  @Singleton
  PrivacyAdministration privacyAdministration() {
    return startup.node().administrations().privacy();
  }

  @Produces
  @Singleton
  AuditAdministration auditAdministration() {
    return startup.node().administrations().audit();
  }

  @Produces
  @Singleton
  NodeHealth health() {
    return new NodeChecks(startup);
  }

  @Produces
  @Singleton
  NodeRegistry nodes() {
    return startup.node().nodes();
  }

  @Produces
  @Singleton
  RelayStatusSource relay() {
    return startup.node().relay();
  }

  @Produces
  @Singleton
  Exposition meters() {
    return startup.exposition();
  }

  @Produces
  @Singleton
  RealtimeListener listener() {
    return startup.node().listener();
  }

  @Produces
  @Singleton
  Sessions sessions() {
    return startup.node().sessions();
  }

  @Produces
  @Singleton
  EdgeSettings edge() {
    return startup.settings().edge();
  }

  @Produces
  @Singleton
  StreamOutputSelector outputs() {
    return startup.outputs();
  }

  @Produces
  @Singleton
  DisconnectDetector disconnects() {
    return startup.disconnects();
  }

  @Produces
  @Singleton
  RequestBodies bodies() {
    return startup.bodies();
  }

  @Produces
  @Singleton
  TenantSettingsLookup tenantSettings() {
    return startup.node().context().tenants();
  }

  @Produces
  @Singleton
  PublishReader publishReader() {
    return new PublishReader();
  }

  /**
   * Returns the protocols that clients may use over WebSocket and Server-Sent Events; the one list
   * of them.
   */
  @Produces
  @Singleton
  Protocols protocols(PublishReader publications) {
    CommandReader commands = new CommandReader(publications);
    return new Protocols(
        List.of(
            new NativeProtocol(commands),
            new CompactProtocol(commands),
            new PusherProtocol(
                startup.settings().apps(),
                startup.node().webhooks().appEvents(),
                startup.node().audience())),
        List.of(new SseProtocol(), new CompactSseProtocol()));
  }
}
