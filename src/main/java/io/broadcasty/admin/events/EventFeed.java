package io.broadcasty.admin.events;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.admin.audit.AuditStoreException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.background.BackgroundLoop;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the readers of this node what happens on all nodes. While there are readers, it asks the
 * nodes and reads the audit log about once a second; otherwise it does nothing.
 */
@ThreadSafe
public final class EventFeed implements AutoCloseable, ControlListener {

  /** How many readers a node has at most. */
  public static final int MAX_READERS = 32;

  /** How many readers of one tenant a node has at most. */
  public static final int MAX_READERS_OF_TENANT = 8;

  static final String SUBJECT = "events";
  static final int MAX_EVENTS = 500;

  /** Every how many rounds the connections are told. */
  static final int CONNECTIONS_EVERY = 5;

  private static final System.Logger LOG = System.getLogger(EventFeed.class.getName());
  private static final long ROUND_MILLIS = 1000;

  private final String self;
  private final NodeQuestions questions;
  private final EventLog log;
  private final Supplier<State> here;
  private final ConnectionLimiter connections;
  private final @Nullable AuditTail audit;
  private final WallClock clock;
  private final CopyOnWriteArrayList<EventReader> readers = new CopyOnWriteArrayList<>();

  @GuardedBy("this")
  private boolean closed;

  private volatile @Nullable BackgroundLoop rounds;
  private volatile @Nullable BackgroundLoop ticks;

  /** The latest event of each node that has been told; empty while nobody reads. */
  @ConfinedTo("the thread of the rounds")
  private final Map<String, Long> numbers = new HashMap<>();

  /** The states of each node's services. */
  @ConfinedTo("the thread of the rounds")
  private final Map<String, Map<String, String>> services = new HashMap<>();

  /** The nodes that run; null while nobody reads. */
  @ConfinedTo("the thread of the rounds")
  private @Nullable Set<String> nodes;

  @ConfinedTo("the thread of the rounds")
  private boolean following;

  @ConfinedTo("the thread of the rounds")
  private int round;

  /**
   * The state of this node.
   *
   * @param connections how many connections it has, of all tenants
   * @param services the states of relay and push, by {@code relay:} or {@code push:} and the name
   */
  public record State(int connections, Map<String, String> services) {}

  /**
   * Creates the feed of a node; from then on the node answers the questions of others.
   *
   * @param here returns the state of this node; must not block
   * @param audit reads the audit log; null when there is none
   */
  public EventFeed(
      String self,
      NodeQuestions questions,
      Supplier<State> here,
      ConnectionLimiter connections,
      @Nullable AuditReader audit,
      Ticker ticker,
      WallClock clock) {
    this.self = self;
    this.questions = questions;
    this.log = new EventLog(ticker);
    this.here = here;
    this.connections = connections;
    this.audit = audit == null ? null : new AuditTail(audit);
    this.clock = clock;
    questions.respondTo(SUBJECT, this::answer);
  }

  /** Starts the threads. */
  public void start(BackgroundLoops loops) {
    rounds = loops.start("admin-events", () -> runRound() && pause(rounds));
    ticks = loops.start("admin-event-readers", () -> tick() && pause(ticks));
  }

  private static boolean pause(@Nullable BackgroundLoop loop) {
    return loop == null || loop.pause(ROUND_MILLIS);
  }

  /** Returns what is to be notified of this node's events. */
  public RealtimeListener listener() {
    return log;
  }

  /**
   * Adds a reader, until it is removed.
   *
   * @return whether there was a place for it
   */
  public boolean add(EventReader reader) {
    synchronized (this) {
      long ofTenant =
          readers.stream().filter(each -> Objects.equals(each.tenant(), reader.tenant())).count();
      if (closed || readers.size() >= MAX_READERS || ofTenant >= MAX_READERS_OF_TENANT) {
        return false;
      }
      readers.add(reader);
      return true;
    }
  }

  /** Removes a reader, which is told nothing more after a call that has begun. */
  public void remove(EventReader reader) {
    readers.remove(reader);
  }

  /** Ends the readers that a request to disconnect names, like any other stream of theirs. */
  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.Disconnect selection) {
      for (EventReader reader : readers) {
        if (isSelected(selection, reader.caller())) {
          reader.onDisconnected(selection.code());
        }
      }
    }
  }

  private static boolean isSelected(ControlMessage.Disconnect selection, Caller caller) {
    return (selection.tenant() == null || selection.tenant().equals(caller.tenant()))
        && (selection.subject() == null || selection.subject().equals(caller.subject()))
        && (selection.tokenId() == null || selection.tokenId().equals(caller.tokenId()))
        && (selection.keyId() == null || selection.keyId().equals(caller.keyId()));
  }

  /** Returns how many readers there are. */
  public int size() {
    return readers.size();
  }

  /** Ends all readers. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    readers.forEach(EventReader::onEnd);
    for (BackgroundLoop loop : new BackgroundLoop[] {rounds, ticks}) {
      if (loop != null) {
        loop.close();
      }
    }
  }

  private boolean tick() {
    readers.forEach(EventReader::onTick);
    return true;
  }

  /** Tells the readers what has happened since the last round. */
  boolean runRound() {
    if (readers.isEmpty()) {
      following = false;
      nodes = null;
      numbers.clear();
      services.clear();
      round = 0;
      return true;
    }
    Set<TenantId> tenants = tenants();
    NodeQuestions.Answers answers =
        questions.ask(SUBJECT, new NewsQuestion(tenants, numbers).text(), null);
    if (answers != null) {
      tellNodes(answers);
      tellNews(answers);
    }
    tellAudit(tenants);
    round++;
    return true;
  }

  /** Returns the tenants of the readers; null when one of them reads those of all. */
  private @Nullable Set<TenantId> tenants() {
    Set<TenantId> tenants = new HashSet<>();
    for (EventReader reader : readers) {
      TenantId tenant = reader.tenant();
      if (tenant == null) {
        return null;
      }
      tenants.add(tenant);
    }
    return tenants;
  }

  private void tell(AdminEvent event) {
    for (EventReader reader : readers) {
      if (event.isVisibleTo(reader.tenant(), reader.isOperator())) {
        reader.onEvent(event);
      }
    }
  }

  private void tellNodes(NodeQuestions.Answers answers) {
    Set<String> now = new HashSet<>(answers.byNode().keySet());
    now.addAll(answers.missing());
    Set<String> before = nodes;
    nodes = now;
    if (before == null) {
      return;
    }
    for (String node : now) {
      if (!before.contains(node)) {
        tell(new AdminEvent.NodeChanged(node, true));
      }
    }
    for (String node : before) {
      if (!now.contains(node)) {
        tell(new AdminEvent.NodeChanged(node, false));
        numbers.remove(node);
        services.remove(node);
      }
    }
  }

  private void tellNews(NodeQuestions.Answers answers) {
    List<AdminEvent> channels = new ArrayList<>();
    SortedMap<String, Integer> open = new TreeMap<>();
    boolean[] missed = {false};
    answers
        .byNode()
        .forEach(
            (node, text) -> {
              NodeNews news = NewsQuestion.readAnswer(text);
              if (news == null) {
                return;
              }
              channels.addAll(news.channels());
              missed[0] |= news.missed();
              numbers.put(node, news.number());
              if (news.connections() > 0) {
                open.put(node, news.connections());
              }
              tellServices(node, news.services());
            });
    channels.forEach(this::tell);
    if (missed[0]) {
      tell(new AdminEvent.Missed());
    }
    if (round % CONNECTIONS_EVERY == 0) {
      tellConnections(open);
    }
  }

  private void tellServices(String node, Map<String, String> now) {
    Map<String, String> before = services.put(node, now);
    if (before != null) {
      now.forEach(
          (service, state) -> {
            if (!state.equals(before.get(service))) {
              tell(new AdminEvent.ServiceChanged(node, service, state));
            }
          });
    }
  }

  private void tellConnections(SortedMap<String, Integer> open) {
    Set<TenantId> told = new HashSet<>();
    for (EventReader reader : readers) {
      TenantId tenant = reader.tenant();
      if (tenant != null && told.add(tenant)) {
        tell(new AdminEvent.Connections(tenant, connections.connections(tenant)));
      }
    }
    tell(new AdminEvent.Connections(null, open));
  }

  private void tellAudit(@Nullable Set<TenantId> tenants) {
    if (audit == null) {
      return;
    }
    try {
      AuditTail.News news = audit.read(tenants, clock.nowMillis());
      if (!following) { // what was written before is no news
        following = true;
        return;
      }
      news.entries().forEach(entry -> tell(new AdminEvent.Audited(entry)));
      if (news.missed()) {
        tell(new AdminEvent.Missed());
      }
    } catch (AuditStoreException e) {
      LOG.log(Level.DEBUG, "Cannot follow the audit log; trying again", e);
    }
  }

  private String answer(String parameters) {
    NewsQuestion question = NewsQuestion.read(parameters);
    EventLog.Page page = log.read(question.after().get(self), question.tenants(), MAX_EVENTS);
    State state = here.get();
    return NewsQuestion.writeAnswer(
        new NodeNews(
            page.number(), page.missed(), page.events(), state.connections(), state.services()));
  }
}
