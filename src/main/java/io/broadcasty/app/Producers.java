package io.broadcasty.app;

import io.broadcasty.admin.DisconnectStreams;
import io.broadcasty.attend.Attend;
import io.broadcasty.auth.Authenticator;
import io.broadcasty.auth.NonceStore;
import io.broadcasty.broker.Broker;
import io.broadcasty.driver.RelayReport;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.metrics.Exposition;
import io.broadcasty.nodes.NodeRegistry;
import io.broadcasty.protocol.CommandReader;
import io.broadcasty.protocol.PublishReader;
import io.broadcasty.protocol.compact.CompactProtocol;
import io.broadcasty.protocol.compact.CompactSseProtocol;
import io.broadcasty.protocol.json.NativeProtocol;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.publish.Publish;
import io.broadcasty.push.PushSend;
import io.broadcasty.push.PushStatus;
import io.broadcasty.push.PushSubscriptions;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.rbac.Administration;
import io.broadcasty.rbac.Policy;
import io.broadcasty.session.Protocols;
import io.broadcasty.session.SessionContext;
import io.broadcasty.session.Sessions;
import io.broadcasty.session.UndeliveredPushes;
import io.broadcasty.tenant.TenantSettingsLookup;
import io.broadcasty.time.WallClock;
import io.broadcasty.transport.DisconnectDetector;
import io.broadcasty.transport.StreamOutputs;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.http.PushPages;
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
public class Producers {

  @Inject private Startup startup;

  @Produces
  @Singleton
  SessionContext context() {
    return startup.node().context();
  }

  @Produces
  @Singleton
  Authenticator authenticator() {
    return startup.node().context().authenticator();
  }

  @Produces
  @Singleton
  NonceStore nonces() {
    return startup.node().nonces();
  }

  @Produces
  @Singleton
  WallClock clock() {
    return startup.node().context().clock();
  }

  @Produces
  @Singleton
  Publish publish() {
    return startup.node().context().publish();
  }

  @Produces
  @Singleton
  Attend attend() {
    return startup.node().context().attend();
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
  PushStatus pushStatus() {
    return startup.node().push().status();
  }

  @Produces
  @Singleton
  UndeliveredPushes undeliveredPushes() {
    return startup.node().context().undelivered();
  }

  @Produces
  @Singleton
  PushPages pushPages() {
    return new PushPages(startup.node().push().providers().clientKey());
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
  NodeRegistry nodes() {
    return startup.node().nodes();
  }

  @Produces
  @Singleton
  RelayReport relay() {
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
  StreamOutputs outputs() {
    return startup.outputs();
  }

  @Produces
  @Singleton
  DisconnectDetector disconnects() {
    return startup.disconnects();
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
        List.of(new NativeProtocol(commands), new CompactProtocol(commands)),
        List.of(new SseProtocol(), new CompactSseProtocol()));
  }
}
