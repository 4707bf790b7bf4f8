package io.broadcasty.admin.explorer;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds channels: those that have a stream, which the store lists, and those that have subscribers,
 * which each node knows of itself. Each side reads no more names than the page has.
 */
@ThreadSafe
public final class ChannelExplorer {

  /** The most channels of a page. */
  public static final int MAX_PAGE = 200;

  private static final String SUBJECT = "channels";

  private final Broker broker;
  private final SubscribedChannels here;
  private final NodeQuestions questions;

  /** Creates the explorer; from then on this node answers the questions of others. */
  public ChannelExplorer(Broker broker, SubscribedChannels here, NodeQuestions questions) {
    this.broker = broker;
    this.here = here;
    this.questions = questions;
    questions.respondTo(SUBJECT, this::answer);
  }

  /** The subscribers of channels on each node, in order of name. */
  private record Subscribed(
      SortedMap<ChannelName, SortedMap<String, Integer>> channels, SortedSet<String> missing) {}

  /**
   * Finds a page of channels. Blocks on the store and for other nodes.
   *
   * @throws io.broadcasty.streams.broker.BrokerException when the store cannot be read
   * @throws BusyException when too many others are exploring on this node
   */
  public ChannelPage find(ChannelSearch search) {
    Subscribed subscribed =
        subscribed(search.tenant(), search.prefix(), search.after(), search.limit());
    SortedSet<ChannelName> names = new TreeSet<>(subscribed.channels().keySet());
    if (!search.occupied()) {
      names.addAll(
          broker.channels(search.tenant(), search.prefix(), search.after(), search.limit()));
    }
    List<ChannelName> page = names.stream().limit(search.limit()).toList();
    ChannelName next = page.size() == search.limit() ? page.get(page.size() - 1) : null;
    List<ChannelName> wanted =
        page.stream()
            .filter(name -> search.kind() == null || name.kind() == search.kind())
            .toList();
    return new ChannelPage(
        explored(search.tenant(), wanted, subscribed), next, subscribed.missing());
  }

  /**
   * Returns how many of a tenant's channels have a stream. Blocks on the store.
   *
   * @param limit the number at which counting may end; returned when there are more
   * @throws io.broadcasty.streams.broker.BrokerException when the store cannot be read
   */
  public long count(TenantId tenant, long limit) {
    return broker.countChannels(tenant, limit);
  }

  /**
   * Returns one channel, which may be one that nobody uses. Blocks on the store and for other
   * nodes.
   *
   * @throws io.broadcasty.streams.broker.BrokerException when the store cannot be read
   * @throws BusyException when too many others are exploring on this node
   */
  public ChannelDetails details(TenantChannel channel) {
    // a name is the first one that begins with itself
    Subscribed subscribed = subscribed(channel.tenant(), channel.name().value(), null, 1);
    return new ChannelDetails(
        broker.states(channel, 1),
        subscribed.channels().getOrDefault(channel.name(), new TreeMap<>()),
        subscribed.missing());
  }

  private List<ExploredChannel> explored(
      TenantId tenant, List<ChannelName> names, Subscribed subscribed) {
    if (names.isEmpty()) {
      return List.of();
    }
    Map<TenantChannel, List<Position>> heads =
        broker.heads(names.stream().map(name -> new TenantChannel(tenant, name)).toList());
    List<ExploredChannel> explored = new ArrayList<>();
    for (ChannelName name : names) {
      explored.add(
          new ExploredChannel(
              name,
              heads.getOrDefault(new TenantChannel(tenant, name), List.of()),
              subscribed.channels().getOrDefault(name, new TreeMap<>())));
    }
    return explored;
  }

  /**
   * Returns the first channels with subscribers on any node. The first of all nodes are among the
   * first of each.
   */
  private Subscribed subscribed(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    NodeQuestions.Answers answers =
        questions.ask(SUBJECT, new ChannelQuestion(tenant, prefix, after, limit).text(), null);
    if (answers == null) {
      throw new BusyException();
    }
    SortedMap<ChannelName, SortedMap<String, Integer>> channels = new TreeMap<>();
    SortedSet<String> missing = new TreeSet<>(answers.missing());
    answers
        .byNode()
        .forEach(
            (node, text) -> {
              SortedMap<ChannelName, Integer> ofNode = ChannelQuestion.readAnswer(text);
              if (ofNode == null) {
                missing.add(node);
              } else {
                ofNode.forEach(
                    (name, count) ->
                        channels.computeIfAbsent(name, n -> new TreeMap<>()).put(node, count));
              }
            });
    return new Subscribed(channels, missing);
  }

  private String answer(String parameters) {
    ChannelQuestion question = ChannelQuestion.read(parameters);
    return ChannelQuestion.writeAnswer(
        here.find(
            question.tenant(),
            question.prefix(),
            question.after(),
            Math.min(question.limit(), MAX_PAGE)));
  }
}
