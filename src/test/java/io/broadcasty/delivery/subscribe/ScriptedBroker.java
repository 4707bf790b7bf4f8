package io.broadcasty.delivery.subscribe;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A broker that appends without announcing; the test announces: late, twice or never. */
final class ScriptedBroker implements Broker {

  private record Key(TenantChannel channel, int partition) {}

  private static final class Stream {
    private String epoch = "e0";
    private long first = 1;
    private final List<Publication> all = new ArrayList<>();
  }

  private final Map<String, Stream> streams = new TreeMap<>();
  private final Map<String, Key> keys = new TreeMap<>();

  int maxPage = Integer.MAX_VALUE;
  boolean failing;
  boolean undecodable;
  int pages;

  /** The result of following a channel. */
  CompletionStage<Void> follows = FOLLOWED;

  private final List<String> followed = new ArrayList<>();

  /** Runs once, after the next page was read and before it is returned. */
  @Nullable Runnable duringPage;

  /** Runs once, while the next channel is followed. */
  @Nullable Runnable duringFollow;

  /** Runs once, before the next states are read. */
  @Nullable Runnable beforeStates;

  private Stream stream(TenantChannel channel, int partition) {
    String name = channel + "/" + partition;
    keys.putIfAbsent(name, new Key(channel, partition));
    return streams.computeIfAbsent(name, n -> new Stream());
  }

  Publication append(TenantChannel channel, int partition) {
    Stream stream = stream(channel, partition);
    Publication publication =
        new Publication(
            new Envelope(channel, partition, "i", false, Message.of("1")),
            new Position(stream.epoch, partition, stream.all.size() + 1),
            0);
    stream.all.add(publication);
    return publication;
  }

  /** Keeps only the newest publications. */
  void trim(TenantChannel channel, int partition, int keep) {
    Stream stream = stream(channel, partition);
    stream.first = Math.max(stream.first, stream.all.size() + 1 - keep);
  }

  void newEpoch(TenantChannel channel, int partition) {
    Stream stream = stream(channel, partition);
    stream.all.clear();
    stream.first = 1;
    stream.epoch = "e" + (Integer.parseInt(stream.epoch.substring(1)) + 1);
  }

  Position head(TenantChannel channel, int partition) {
    return state(channel, partition).headPosition();
  }

  private StreamState state(TenantChannel channel, int partition) {
    Stream stream = streams.getOrDefault(channel + "/" + partition, new Stream());
    return new StreamState(stream.epoch, partition, stream.first, stream.all.size());
  }

  @Override
  public ReplayPage replay(ReplayRequest request) {
    failWhenTold();
    pages++;
    StreamState state = state(request.channel(), request.partition());
    StreamState.Resume resume = state.resume(request.epoch(), request.after());
    List<Publication> all = stream(request.channel(), request.partition()).all;
    int from = (int) resume.after();
    int to = (int) Math.min(all.size(), from + (long) Math.min(maxPage, request.maxCount()));
    ReplayPage page = new ReplayPage(state, List.copyOf(all.subList(from, to)), resume.lost());
    Runnable hook = duringPage;
    duringPage = null;
    if (hook != null) {
      hook.run();
    }
    return page;
  }

  @Override
  public List<StreamState> states(TenantChannel channel, int partitions) {
    failWhenTold();
    Runnable hook = beforeStates;
    beforeStates = null;
    if (hook != null) {
      hook.run();
    }
    List<StreamState> states = new ArrayList<>();
    for (int p = 0; p < partitions || streams.containsKey(channel + "/" + p); p++) {
      states.add(state(channel, p));
    }
    return states;
  }

  @Override
  public List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit) {
    return keys.values().stream()
        .filter(k -> k.channel().tenant().equals(tenant) && pattern.matches(k.channel().name()))
        .map(k -> k.channel().name())
        .distinct()
        .sorted()
        .limit(limit)
        .toList();
  }

  @Override
  public List<ChannelName> channels(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    throw new UnsupportedOperationException("no subscription searches by prefix");
  }

  @Override
  public long countChannels(TenantId tenant, long limit) {
    throw new UnsupportedOperationException("no subscription counts channels");
  }

  /** Returns the channels that are followed now, in order of name. */
  List<String> followed() {
    return followed.stream().sorted().toList();
  }

  @Override
  public CompletionStage<Void> follow(TenantChannel channel) {
    followed.add(channel.name().value());
    Runnable hook = duringFollow;
    duringFollow = null;
    if (hook != null) {
      hook.run();
    }
    return follows;
  }

  @Override
  public void unfollow(TenantChannel channel) {
    assertTrue(followed.remove(channel.name().value()));
  }

  @Override
  public CompletionStage<Void> follow(TenantId tenant, ChannelPattern pattern) {
    followed.add(pattern.toString());
    return follows;
  }

  @Override
  public void unfollow(TenantId tenant, ChannelPattern pattern) {
    assertTrue(followed.remove(pattern.toString()));
  }

  private void failWhenTold() {
    if (undecodable) {
      throw BrokerException.undecodable("scripted", new IllegalStateException());
    }
    if (failing) {
      throw new BrokerException("scripted", new IllegalStateException());
    }
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    throw new UnsupportedOperationException("the script appends");
  }

  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void prune() {}

  @Override
  public String durability() {
    return "scripted";
  }

  @Override
  public void close() {}
}
