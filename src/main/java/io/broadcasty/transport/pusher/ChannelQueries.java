package io.broadcasty.transport.pusher;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.explorer.BusyException;
import io.broadcasty.admin.explorer.ChannelDetails;
import io.broadcasty.admin.explorer.ChannelExplorer;
import io.broadcasty.admin.explorer.ChannelPage;
import io.broadcasty.admin.explorer.ChannelSearch;
import io.broadcasty.admin.explorer.ExploredChannel;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.service.PresenceService;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PusherChannel;
import io.broadcasty.wire.PusherData;
import io.broadcasty.wire.PusherReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers the questions of back ends about channels, for all nodes. May block on the store and for
 * other nodes; a node that does not answer counts for nothing.
 */
@ThreadSafe
final class ChannelQueries {

  private static final System.Logger LOG = System.getLogger(ChannelQueries.class.getName());
  private static final String USERS = "user_count";
  private static final String SUBSCRIPTIONS = "subscription_count";
  private static final String CACHE = "cache";
  private static final int PAGE = 1000;

  /** The most channels of a list, which is held in memory. */
  static final int MAX_LISTED = 10_000;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final ChannelExplorer explorer;
  private final PresenceService presence;
  private final Broker broker;
  private final TenantSettingsLookup tenants;
  private final WallClock clock;

  ChannelQueries(
      ChannelExplorer explorer,
      PresenceService presence,
      Broker broker,
      TenantSettingsLookup tenants,
      WallClock clock) {
    this.explorer = explorer;
    this.presence = presence;
    this.broker = broker;
    this.tenants = tenants;
    this.clock = clock;
  }

  /** A question, which may fail because a store cannot be read. */
  private interface Question {
    String answer() throws ProblemException;
  }

  private static String ask(Question question) throws ProblemException {
    try {
      return question.answer();
    } catch (BusyException e) {
      throw unavailable("too many questions to other nodes at once", e);
    } catch (BrokerException | PresenceException e) {
      throw unavailable("the store cannot be read now", e);
    }
  }

  private static ProblemException unavailable(String reason, RuntimeException e) {
    LOG.log(Level.DEBUG, "Cannot answer a question about channels", e);
    return new ProblemException(new Problem(Code.UNAVAILABLE, reason, RETRY_AFTER));
  }

  /** Returns the occupied channels of the caller's tenant. */
  String channels(Caller caller, @Nullable String prefix, Set<String> info)
      throws ProblemException {
    require(info, Set.of(USERS, SUBSCRIPTIONS));
    String wanted = prefix == null ? "" : PusherChannel.toPrefix(prefix);
    if (info.contains(USERS) && !wanted.startsWith(ChannelName.Kind.PRESENCE.prefix())) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "`user_count` is there for presence channels only; set `filter_by_prefix` to presence-");
    }
    return ask(
        () -> {
          SortedMap<ChannelName, Map<String, Integer>> found = find(caller, wanted);
          return JsonWriter.object(
              json -> {
                json.writeObjectFieldStart("channels");
                for (Map.Entry<ChannelName, Map<String, Integer>> each : found.entrySet()) {
                  json.writeObjectFieldStart(PusherChannel.toPusher(each.getKey()));
                  if (info.contains(USERS)) {
                    json.writeNumberField(USERS, users(caller, each.getKey()));
                  }
                  if (info.contains(SUBSCRIPTIONS)) {
                    json.writeNumberField(SUBSCRIPTIONS, sum(each.getValue()));
                  }
                  json.writeEndObject();
                }
                json.writeEndObject();
              });
        });
  }

  private SortedMap<ChannelName, Map<String, Integer>> find(Caller caller, String prefix)
      throws ProblemException {
    SortedMap<ChannelName, Map<String, Integer>> found = new TreeMap<>();
    ChannelName after = null;
    do {
      ChannelPage page =
          explorer.find(
              new ChannelSearch(
                  caller.tenant(), prefix, null, true, after, ChannelExplorer.MAX_PAGE));
      for (ExploredChannel each : page.channels()) {
        found.put(each.name(), each.subscribers());
      }
      if (found.size() > MAX_LISTED) {
        throw new ProblemException(
            Code.INVALID_REQUEST,
            "there are more than " + MAX_LISTED + " channels; narrow them by `filter_by_prefix`");
      }
      after = page.next();
    } while (after != null);
    return found;
  }

  /**
   * Returns the state of one channel.
   *
   * @param cacheTtl how long the last event of a cache channel counts
   */
  String channel(Caller caller, ChannelName channel, Set<String> info, Duration cacheTtl)
      throws ProblemException {
    require(info, Set.of(USERS, SUBSCRIPTIONS, CACHE));
    if (info.contains(USERS) && channel.kind() != ChannelName.Kind.PRESENCE) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`user_count` is there for presence channels only");
    }
    if (info.contains(CACHE) && !PusherChannel.isCached(channel)) {
      throw new ProblemException(Code.INVALID_REQUEST, "`cache` is there for cache channels only");
    }
    return ask(
        () -> {
          ChannelDetails details = explorer.details(new TenantChannel(caller.tenant(), channel));
          int subscriptions = sum(details.subscribers());
          Publication cached = info.contains(CACHE) ? last(caller, channel, cacheTtl) : null;
          return JsonWriter.object(
              json -> {
                json.writeBooleanField("occupied", subscriptions > 0);
                if (info.contains(USERS)) {
                  json.writeNumberField(USERS, users(caller, channel));
                }
                if (info.contains(SUBSCRIPTIONS)) {
                  json.writeNumberField(SUBSCRIPTIONS, subscriptions);
                }
                if (cached != null) {
                  writeCached(json, caller, cached, cacheTtl);
                }
              });
        });
  }

  private void writeCached(JsonGenerator json, Caller caller, Publication cached, Duration cacheTtl)
      throws IOException {
    long keptMillis =
        presence
            .policy()
            .settings(cached.envelope().channel())
            .retention()
            .within(tenants.of(caller.tenant()).retention())
            .age()
            .toMillis();
    long untilMillis = cached.timeMillis() + Math.min(keptMillis, cacheTtl.toMillis());
    json.writeObjectFieldStart(CACHE);
    json.writeStringField("data", PusherData.data(cached.envelope().message().payload()));
    json.writeNumberField("ttl", Math.max(0, (untilMillis - clock.nowMillis()) / 1000));
    json.writeEndObject();
  }

  private @Nullable Publication last(Caller caller, ChannelName name, Duration cacheTtl) {
    TenantChannel channel = new TenantChannel(caller.tenant(), name);
    StreamState state = broker.states(channel, 1).get(0);
    if (state.head() == 0) {
      return null;
    }
    ReplayPage page =
        broker.replay(
            new ReplayRequest(channel, 0, state.epoch(), state.head() - 1, 1, Integer.MAX_VALUE));
    return page.publications().stream()
        .filter(each -> !each.envelope().message().isErased())
        .filter(each -> each.timeMillis() >= clock.nowMillis() - cacheTtl.toMillis())
        .findFirst()
        .orElse(null);
  }

  /** Returns the members of a presence channel. */
  String users(Caller caller, ChannelName channel, boolean withInfo) throws ProblemException {
    if (channel.kind() != ChannelName.Kind.PRESENCE) {
      throw new ProblemException(Code.INVALID_REQUEST, "only presence channels have users");
    }
    if (!presence.policy().allows(caller, channel, ChannelOperation.MEMBERS)) {
      throw new ProblemException(
          Code.FORBIDDEN, "the policies do not show the members of this channel to the app");
    }
    return ask(
        () ->
            JsonWriter.object(
                json -> {
                  json.writeArrayFieldStart("users");
                  String after = null;
                  do {
                    PresencePage page =
                        presence
                            .store()
                            .members(new TenantChannel(caller.tenant(), channel), after, PAGE);
                    for (Member each : page.members()) {
                      json.writeStartObject();
                      json.writeStringField("id", each.id());
                      if (withInfo) {
                        json.writeFieldName("user_info");
                        json.writeRawValue(PusherReader.memberInfo(each.json()));
                      }
                      json.writeEndObject();
                    }
                    after = page.next();
                  } while (after != null);
                  json.writeEndArray();
                }));
  }

  /** Writes what an event asks of its channel, as an object. */
  void writeInfo(JsonGenerator json, Caller caller, ChannelName channel, Set<String> info)
      throws IOException {
    json.writeStartObject();
    if (info.contains(USERS) && channel.kind() == ChannelName.Kind.PRESENCE) {
      json.writeNumberField(USERS, users(caller, channel));
    }
    if (info.contains(SUBSCRIPTIONS)) {
      json.writeNumberField(
          SUBSCRIPTIONS,
          sum(explorer.details(new TenantChannel(caller.tenant(), channel)).subscribers()));
    }
    json.writeEndObject();
  }

  /** Returns the answer to events, with what they ask of their channels. */
  String info(Caller caller, List<PusherReader.Event> events, boolean batch)
      throws ProblemException {
    if (events.stream().allMatch(event -> event.info().isEmpty())) {
      return "{}";
    }
    return ask(
        () ->
            JsonWriter.object(
                json -> {
                  if (batch) {
                    json.writeArrayFieldStart("batch");
                    for (PusherReader.Event event : events) {
                      writeInfo(
                          json,
                          caller,
                          PusherChannel.toChannel(event.channels().get(0)),
                          event.info());
                    }
                    json.writeEndArray();
                    return;
                  }
                  PusherReader.Event event = events.get(0);
                  json.writeObjectFieldStart("channels");
                  for (String name : event.channels()) {
                    json.writeFieldName(name);
                    writeInfo(json, caller, PusherChannel.toChannel(name), event.info());
                  }
                  json.writeEndObject();
                }));
  }

  /** Checks the attributes that events ask for. */
  static void requireOfEvents(List<PusherReader.Event> events) throws ProblemException {
    for (PusherReader.Event event : events) {
      require(event.info(), Set.of(USERS, SUBSCRIPTIONS));
    }
  }

  private static void require(Set<String> info, Set<String> known) throws ProblemException {
    for (String each : info) {
      if (!known.contains(each)) {
        throw new ProblemException(
            Code.INVALID_REQUEST,
            "`info` may be " + String.join(", ", known.stream().sorted().toList()) + " here");
      }
    }
  }

  private int users(Caller caller, ChannelName channel) {
    return presence.store().members(new TenantChannel(caller.tenant(), channel), null, 1).count();
  }

  private static int sum(Map<String, Integer> byNode) {
    return byNode.values().stream().mapToInt(Integer::intValue).sum();
  }
}
