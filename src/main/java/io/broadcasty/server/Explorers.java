package io.broadcasty.server;

import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.admin.events.EventFeed;
import io.broadcasty.admin.explorer.ChannelExplorer;
import io.broadcasty.admin.explorer.ConnectionExplorer;
import io.broadcasty.admin.explorer.ExploredConnection;
import io.broadcasty.admin.explorer.NodeExplorer;
import io.broadcasty.admin.explorer.NodeReport;
import io.broadcasty.admin.explorer.OpenConnections;
import io.broadcasty.admin.explorer.PublicationRates;
import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.delivery.session.ConnectionFilter;
import io.broadcasty.delivery.session.ConnectionList;
import io.broadcasty.delivery.session.ConnectionState;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.relay.RelayStatusText;
import io.broadcasty.server.stores.Store;
import io.broadcasty.server.threads.Threads;
import io.broadcasty.transport.http.EventThreads;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What administrators explore, and the thread that answers the questions of other nodes. */
public final class Explorers implements AutoCloseable {

  /** How many questions of other nodes wait; they wait for their answers for a short time only. */
  private static final int MAX_WAITING = 64;

  private final ExecutorService answering;
  private final ChannelExplorer channels;
  private final ConnectionExplorer connections;
  private final NodeExplorer nodes;
  private final EventFeed events;
  private final EventThreads eventThreads;

  Explorers(
      Supplier<NodeInfo> identity,
      Store store,
      Hub hub,
      Sessions sessions,
      @Nullable AuditReader audit,
      PublicationRates published,
      Supplier<Map<String, String>> services,
      Threads threads,
      Ticker ticker,
      WallClock clock) {
    String self = identity.get().name();
    this.answering =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            threads.loops.threadFactory("questions"));
    NodeQuestions questions =
        new NodeQuestions(
            self,
            store.control(),
            store.answers(),
            store.liveNodes(),
            answering,
            ticker,
            LockSupport::parkNanos);
    this.channels =
        new ChannelExplorer(
            store.broker(),
            (tenant, prefix, after, limit) -> subscribed(hub, tenant, prefix, after, limit),
            questions);
    this.connections =
        new ConnectionExplorer(
            self,
            (tenant, user, transport, after, limit) ->
                explored(
                    sessions.list(new ConnectionFilter(tenant, user, transport), after, limit),
                    clock.nowMillis()),
            questions);
    this.nodes =
        new NodeExplorer(
            tenant -> report(identity.get(), tenant, hub, sessions, published.lastMinute(tenant)),
            () -> RelayStatusText.of(store.relay().status()),
            questions,
            clock);
    this.events =
        new EventFeed(
            self,
            questions,
            () -> new EventFeed.State(sessions.size(), services.get()),
            store.connections(),
            audit,
            ticker,
            clock);
    this.eventThreads = new EventThreads(threads.loops.threadFactory("admin-event-sends"));
    events.start(threads.loops);
    store.control().addListener(questions);
    store.control().addListener(events);
  }

  private static SortedMap<ChannelName, Integer> subscribed(
      Hub hub, TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    SortedMap<ChannelName, Integer> found = new TreeMap<>();
    for (ChannelName name : hub.occupied(tenant, prefix, after, limit)) {
      found.put(name, hub.subscribers(new TenantChannel(tenant, name)));
    }
    return found;
  }

  private static NodeReport report(
      NodeInfo info, TenantId tenant, Hub hub, Sessions sessions, long published) {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return new NodeReport(
        info,
        sessions.list(new ConnectionFilter(tenant, null, null), 0, 0).count(),
        hub.channels(tenant),
        published,
        new NodeReport.Load(
            sessions.size(),
            hub.channels(),
            system.getSystemLoadAverage(),
            system.getAvailableProcessors()));
  }

  private static OpenConnections.Found explored(ConnectionList list, long nowMillis) {
    return new OpenConnections.Found(
        list.count(),
        list.connections().stream().map(state -> explored(state, nowMillis)).toList());
  }

  private static ExploredConnection explored(ConnectionState state, long nowMillis) {
    Caller caller = state.caller();
    return new ExploredConnection(
        state.number(),
        state.transport().wireName(),
        caller.subject(),
        caller.keyId(),
        state.address(),
        nowMillis - state.open().toMillis(),
        caller.expiresAt().toEpochMilli(),
        state.subscriptions(),
        state.writtenBytes(),
        state.pendingBytes());
  }

  public ChannelExplorer channels() {
    return channels;
  }

  public ConnectionExplorer connections() {
    return connections;
  }

  public NodeExplorer nodes() {
    return nodes;
  }

  public EventFeed events() {
    return events;
  }

  public EventThreads eventThreads() {
    return eventThreads;
  }

  /** Ends the streams of administrators, whose clients go to another node. */
  void endEvents() {
    events.close();
  }

  /** Stops answering the questions of other nodes. */
  @Override
  public void close() {
    events.close();
    eventThreads.close();
    answering.shutdownNow();
  }
}
