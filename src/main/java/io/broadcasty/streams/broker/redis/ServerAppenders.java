package io.broadcasty.streams.broker.redis;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.GroupCommit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Appends to each server of a Cluster on a thread of its own, so that a server that does not answer
 * delays only the publications of its own channels. Without a Cluster there is one thread.
 *
 * <p>The publications of a channel that wait for answers are with one appender, so that they keep
 * their order while the channel moves to another server.
 */
@ThreadSafe
final class ServerAppenders implements AutoCloseable {

  /** The appender of a server, and how many of its publications wait for answers. */
  private static final class ServerAppender {
    final GroupCommit commits;
    int waiting;

    ServerAppender(GroupCommit commits) {
      this.commits = commits;
    }
  }

  /** A channel that waits for answers. */
  private static final class Waiting {
    final ServerAppender appender;
    int count;

    Waiting(ServerAppender appender) {
      this.appender = appender;
    }
  }

  /** The envelopes of a call for one appender, and their places in the call. */
  private record Part(ServerAppender appender, List<Envelope> envelopes, List<Integer> places) {}

  private final Redis redis;
  private final boolean cluster;
  private final Supplier<GroupCommit> commits;

  /** The appender of channels whose server is unknown; the only one without a Cluster. */
  private final ServerAppender first;

  @GuardedBy("this")
  private final Map<HostAndPort, ServerAppender> appenders = new HashMap<>();

  @GuardedBy("this")
  private final Map<TenantChannel, Waiting> waiting = new HashMap<>();

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param commits creates the thread of an appender
   */
  ServerAppenders(Redis redis, Supplier<GroupCommit> commits) {
    this.redis = redis;
    this.cluster = redis.settings().kind() == RedisSettings.Kind.CLUSTER;
    this.commits = commits;
    this.first = new ServerAppender(commits.get());
  }

  /** Appends envelopes as {@link io.broadcasty.streams.broker.Broker#publish} does. */
  CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    if (!cluster || envelopes.isEmpty()) {
      return first.commits.publish(envelopes);
    }
    List<Part> parts;
    List<CompletionStage<List<AppendOutcome>>> answers = new ArrayList<>(1);
    synchronized (this) { // also enters the queues in the order of the calls
      parts = split(envelopes);
      for (Part part : parts) {
        answers.add(part.appender.commits.publish(part.envelopes));
      }
    }
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      answers.set(i, answers.get(i).whenComplete((outcomes, failure) -> release(part)));
    }
    return answers.size() == 1 ? answers.get(0) : joined(envelopes.size(), parts, answers);
  }

  @GuardedBy("this")
  private List<Part> split(List<Envelope> envelopes) {
    Map<ServerAppender, Part> parts = new LinkedHashMap<>();
    for (int i = 0; i < envelopes.size(); i++) {
      Envelope envelope = envelopes.get(i);
      Waiting channel = waiting.get(envelope.channel());
      if (channel == null) {
        channel = new Waiting(appender(envelope.channel()));
        waiting.put(envelope.channel(), channel);
      }
      channel.count++;
      channel.appender.waiting++;
      Part part =
          parts.computeIfAbsent(
              channel.appender,
              appender -> new Part(appender, new ArrayList<>(1), new ArrayList<>(1)));
      part.envelopes.add(envelope);
      part.places.add(i);
    }
    return List.copyOf(parts.values());
  }

  @GuardedBy("this")
  private ServerAppender appender(TenantChannel channel) {
    HostAndPort server;
    try {
      server = redis.serverOf(ChannelKeys.of(redis, channel).hash());
    } catch (JedisException e) { // the appender refuses it
      return first;
    }
    ServerAppender appender = appenders.get(server);
    if (appender == null) {
      if (closed) {
        return first;
      }
      endUnused();
      appender = new ServerAppender(commits.get());
      appenders.put(server, appender);
    }
    return appender;
  }

  /** Ends the threads of servers that have left the Cluster. */
  @GuardedBy("this")
  private void endUnused() {
    Collection<HostAndPort> servers = redis.primaries();
    appenders
        .entrySet()
        .removeIf(
            each -> {
              boolean unused = !servers.contains(each.getKey()) && each.getValue().waiting == 0;
              if (unused) {
                each.getValue().commits.close();
              }
              return unused;
            });
  }

  private synchronized void release(Part part) {
    for (Envelope envelope : part.envelopes) {
      part.appender.waiting--;
      Waiting channel = waiting.get(envelope.channel());
      if (channel != null && --channel.count == 0) {
        waiting.remove(envelope.channel());
      }
    }
  }

  /** Returns the outcomes of all parts, in the order of the call. */
  private static CompletionStage<List<AppendOutcome>> joined(
      int envelopes, List<Part> parts, List<CompletionStage<List<AppendOutcome>>> answers) {
    AppendOutcome[] outcomes = new AppendOutcome[envelopes];
    CompletableFuture<?>[] all = new CompletableFuture<?>[parts.size()];
    for (int i = 0; i < all.length; i++) {
      List<Integer> places = parts.get(i).places;
      all[i] =
          answers
              .get(i)
              .thenAccept(
                  ofPart -> {
                    for (int k = 0; k < places.size(); k++) {
                      outcomes[places.get(k)] = ofPart.get(k);
                    }
                  })
              .toCompletableFuture();
    }
    return CompletableFuture.allOf(all).thenApply(done -> Arrays.asList(outcomes));
  }

  /** Refuses new publications, and returns once all earlier ones are answered. */
  @Override
  public void close() {
    List<ServerAppender> open = new ArrayList<>();
    synchronized (this) {
      closed = true;
      open.add(first);
      open.addAll(appenders.values());
    }
    open.forEach(appender -> appender.commits.close());
  }
}
