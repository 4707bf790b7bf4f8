package io.broadcasty.cluster.counter;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Tells every node the sums, over all nodes, of the counters that it watches.
 *
 * <p>A node tells the others what it counts when that has changed, and again when a node asks that
 * begins to watch a counter. A node remembers what others count only while it watches the counter.
 * Changes are collected until the next {@link #runRound round}, so a node publishes one message in
 * a round at most, unless it is very long. A node that serves alone publishes nothing.
 *
 * <p>What a node that has died has counted is forgotten {@link #GONE_AFTER} after its last word,
 * once the registry does not list it any more.
 */
@ThreadSafe
public final class ClusterCounters implements ControlListener, AutoCloseable {

  /** A sum above this is told only in intervals of {@link #MANY_INTERVAL}. */
  public static final int MANY = 100;

  /** How often a large sum is told at most. */
  public static final Duration MANY_INTERVAL = Duration.ofSeconds(5);

  /** How long a node has to be silent, and unknown to the registry, to be forgotten. */
  static final Duration GONE_AFTER = Duration.ofSeconds(10);

  /** How long the answers of others are awaited before the first sum is told. */
  static final Duration ANSWERS_WITHIN = Duration.ofMillis(1500);

  private static final System.Logger LOG = System.getLogger(ClusterCounters.class.getName());
  private static final int MAX_MESSAGE_CHARS = 16_000;
  private static final String ASK = "?";

  /** Stands for a number that the others may or may not have been told. */
  private static final int UNKNOWN = -1;

  private final String self;
  private final ControlTopic topic;
  private final Supplier<? extends Collection<String>> liveNodes;
  private final CounterSource source;
  private final SumListener listener;
  private final Ticker ticker;

  private final Map<Counter, Watched> watched = new ConcurrentHashMap<>();

  /** Those whose number on this node may have changed. */
  private final Set<Counter> marked = ConcurrentHashMap.newKeySet();

  /** Those that other nodes have asked for. */
  private final Set<Counter> asked = ConcurrentHashMap.newKeySet();

  /** Those whose sum may have changed. */
  private final Set<Counter> changed = ConcurrentHashMap.newKeySet();

  /** When each other node was last heard of, on the ticker. */
  private final Map<String, Long> heard = new ConcurrentHashMap<>();

  private volatile boolean missed;

  /** What the others know of this node, without zeros. */
  @ConfinedTo("the thread of the rounds")
  private final Map<Counter, Integer> announced = new HashMap<>();

  @ConfinedTo("the thread of the rounds")
  private boolean alone = true;

  /** A counter that this node watches. */
  private static final class Watched {
    final Map<String, Integer> others = new ConcurrentHashMap<>();
    volatile boolean asks = true;
    volatile boolean again;
    volatile long quietUntilNanos;

    @ConfinedTo("the thread of the rounds")
    int toldSum = -1;

    @ConfinedTo("the thread of the rounds")
    long toldNanos;
  }

  /**
   * Creates the counters of a node; this has to be a listener of the topic, and {@link #runRound}
   * has to be called regularly.
   *
   * @param self this node's name
   * @param liveNodes returns the names of the nodes that run, as far as they are known
   */
  public ClusterCounters(
      String self,
      ControlTopic topic,
      Supplier<? extends Collection<String>> liveNodes,
      CounterSource source,
      SumListener listener,
      Ticker ticker) {
    this.self = self;
    this.topic = topic;
    this.liveNodes = liveNodes;
    this.source = source;
    this.listener = listener;
    this.ticker = ticker;
  }

  /** Marks a counter whose number on this node may have changed. Never blocks. */
  public void markChanged(Counter counter) {
    marked.add(counter);
  }

  /** Begins to watch a counter. Idempotent; never blocks. */
  public void watch(Counter counter) {
    watched.computeIfAbsent(counter, each -> new Watched());
    changed.add(counter);
  }

  /** Has the sum of a watched counter told again, although it may be the same. Never blocks. */
  public void tellAgain(Counter counter) {
    Watched watching = watched.get(counter);
    if (watching != null) {
      watching.again = true;
      changed.add(counter);
    }
  }

  /** Ends watching a counter. Never blocks. */
  public void unwatch(Counter counter) {
    watched.remove(counter);
  }

  /** Returns how many counters are watched. */
  public int watched() {
    return watched.size();
  }

  @Override
  public void onMessage(ControlMessage message) {
    if (!(message instanceof ControlMessage.Counts counts) || counts.from().equals(self)) {
      return;
    }
    heard.put(counts.from(), ticker.readNanos());
    for (String line : counts.text().split("\n", -1)) {
      int blank = line.indexOf(' ');
      if (blank > 0) {
        onLine(counts.from(), line.substring(0, blank), line.substring(blank + 1));
      }
    }
  }

  private void onLine(String from, String count, String text) {
    try {
      Counter counter = Counter.parse(text);
      if (count.equals(ASK)) {
        asked.add(counter);
        return;
      }
      int number = Integer.parseInt(count);
      Watched watching = watched.get(counter);
      if (watching != null) {
        if (number > 0) {
          watching.others.put(from, number);
        } else {
          watching.others.remove(from);
        }
        changed.add(counter);
      }
    } catch (IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "A node of another version counts what is unknown here", e);
    }
  }

  @Override
  public void onMissed() {
    missed = true;
  }

  /**
   * Tells the other nodes what has changed here, and the listener what has changed anywhere. May
   * block on the store; when it does not answer, the next round tells it. Called by one thread.
   */
  public void runRound() {
    boolean wasAlone = alone;
    alone = isAlone();
    if (missed || (wasAlone && !alone)) {
      missed = false;
      askAgain();
    }
    Set<Counter> taken = new HashSet<>();
    List<String> lines = new ArrayList<>();
    takeAsked(taken, lines);
    takeMarked(taken, lines);
    if (alone) {
      announced.clear(); // others ask when they come
      watched.values().forEach(each -> each.asks = false);
    } else {
      takeQuestions(lines);
    }
    publish(lines, taken);
    forgetDeadNodes();
    tellListener();
  }

  /** Tells the other nodes that nothing is counted here any more. May block on the store. */
  @Override
  public void close() {
    List<String> lines = new ArrayList<>();
    announced.keySet().forEach(each -> lines.add("0 " + each.text()));
    publish(lines, Set.of());
  }

  private void askAgain() {
    watched.values().forEach(each -> each.others.clear());
    watched.values().forEach(each -> each.asks = true);
    marked.addAll(announced.keySet());
    announced.replaceAll((counter, number) -> UNKNOWN);
  }

  private boolean isAlone() {
    return heard.isEmpty() && liveNodes.get().stream().allMatch(self::equals);
  }

  private void takeAsked(Set<Counter> taken, List<String> lines) {
    for (Iterator<Counter> each = asked.iterator(); each.hasNext(); ) {
      Counter counter = each.next();
      each.remove();
      int own = source.count(counter);
      if (own > 0) {
        announced.put(counter, UNKNOWN);
        announce(counter, own, taken, lines);
      }
    }
  }

  private void takeMarked(Set<Counter> taken, List<String> lines) {
    for (Iterator<Counter> each = marked.iterator(); each.hasNext(); ) {
      Counter counter = each.next();
      each.remove(); // first: later changes mark it again
      int own = source.count(counter);
      if (counter.kind().isWatchedWhereCounted()) {
        if (own > 0) {
          watch(counter);
        } else {
          unwatch(counter);
        }
      }
      changed.add(counter);
      if (!alone) {
        announce(counter, own, taken, lines);
      }
    }
  }

  private void announce(Counter counter, int own, Set<Counter> taken, List<String> lines) {
    Integer before = own == 0 ? announced.remove(counter) : announced.put(counter, own);
    if (own != (before == null ? 0 : before)) {
      taken.add(counter);
      lines.add(own + " " + counter.text());
    }
  }

  private void takeQuestions(List<String> lines) {
    long until = ticker.readNanos() + ANSWERS_WITHIN.toNanos();
    watched.forEach(
        (counter, watching) -> {
          if (watching.asks) {
            watching.asks = false;
            watching.quietUntilNanos = until;
            changed.add(counter);
            lines.add(ASK + " " + counter.text());
          }
        });
  }

  private void publish(List<String> lines, Set<Counter> taken) {
    try {
      StringBuilder text = new StringBuilder();
      for (String line : lines) {
        if (text.length() + line.length() > MAX_MESSAGE_CHARS) {
          topic.publish(new ControlMessage.Counts(self, text.toString()));
          text.setLength(0);
        }
        text.append(line).append('\n');
      }
      if (!text.isEmpty()) {
        topic.publish(new ControlMessage.Counts(self, text.toString()));
      }
    } catch (ControlException e) {
      LOG.log(Level.DEBUG, "Cannot tell other nodes what is counted here; trying again", e);
      marked.addAll(taken);
      taken.forEach(each -> announced.put(each, UNKNOWN));
      watched.values().forEach(each -> each.asks = true);
    }
  }

  private void forgetDeadNodes() {
    if (heard.isEmpty()) {
      return;
    }
    long now = ticker.readNanos();
    Set<String> live = Set.copyOf(liveNodes.get());
    heard.forEach(
        (node, last) -> {
          if (!live.contains(node) && now - last > GONE_AFTER.toNanos()) {
            heard.remove(node, last);
            watched.forEach(
                (counter, watching) -> {
                  if (watching.others.remove(node) != null) {
                    changed.add(counter);
                  }
                });
          }
        });
  }

  private void tellListener() {
    long now = ticker.readNanos();
    for (Iterator<Counter> each = changed.iterator(); each.hasNext(); ) {
      Counter counter = each.next();
      Watched watching = watched.get(counter);
      if (watching == null) {
        each.remove();
        continue;
      }
      if (watching.asks || watching.quietUntilNanos - now > 0) {
        continue;
      }
      int own = source.count(counter);
      int sum = own + watching.others.values().stream().mapToInt(Integer::intValue).sum();
      boolean soon = watching.toldSum >= 0 && now - watching.toldNanos < MANY_INTERVAL.toNanos();
      if (sum > MANY && soon) {
        continue;
      }
      each.remove();
      boolean same = sum == watching.toldSum;
      if (!same || watching.again) {
        watching.again = false;
        watching.toldSum = sum;
        watching.toldNanos = now;
        listener.onSum(counter, sum, !same && isReporter(own, watching));
      }
    }
  }

  private boolean isReporter(int own, Watched watching) {
    return own > 0 && watching.others.keySet().stream().noneMatch(each -> each.compareTo(self) < 0);
  }
}
