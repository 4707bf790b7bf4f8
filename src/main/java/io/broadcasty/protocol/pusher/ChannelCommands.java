package io.broadcasty.protocol.pusher;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.App;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.delivery.audience.Audience;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.delivery.subscribe.WatchOutcome;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.service.ConnectionPresence;
import io.broadcasty.presence.service.PresenceOutcome;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PusherChannel;
import io.broadcasty.wire.PusherCommand;
import io.broadcasty.wire.Since;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The channels of a connection. Subscriptions come from the one thread that reads the connection;
 * what a presence channel needs besides goes on later, on other threads.
 */
@ThreadSafe
final class ChannelCommands implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ChannelCommands.class.getName());
  private static final int PAGE = 1000;

  private final PusherSession session;
  private final SessionContext context;

  private final PusherProtocol.Shared shared;
  private final SubscriptionSignatures signatures;
  private final ConnectionPresence presence;
  private final Map<ChannelName, Place> places = new ConcurrentHashMap<>();

  ChannelCommands(
      PusherSession session,
      SessionContext context,
      PusherProtocol.Shared shared,
      String socketId) {
    this.session = session;
    this.context = context;
    this.shared = shared;
    this.signatures = new SubscriptionSignatures(session, socketId);
    this.presence = new ConnectionPresence(context.presence(), socketId);
  }

  void subscribe(Caller caller, PusherCommand.Subscribe command) {
    try {
      ChannelName channel = PusherChannel.toChannel(command.channel());
      Place place = signatures.check(caller, channel, command);
      if (places.putIfAbsent(channel, place) != null) {
        session.send(
            PusherFrames.error(0, "Existing subscription to channel " + command.channel()));
        return;
      }
      subscribe(channel, place);
    } catch (InvalidChannelException e) {
      refuse(command.channel(), ProblemMapper.invalidChannel(e));
    } catch (ProblemException e) {
      refuse(command.channel(), e.problem());
    }
  }

  private void subscribe(ChannelName channel, Place place) {
    SubscribeOutcome outcome;
    try {
      outcome = session.subscriptions().subscribe(place.caller, channel.value(), since(channel));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read the store for a subscribe", e);
      drop(channel, place, ProblemMapper.storeUnreadable());
      return;
    }
    if (!(outcome instanceof SubscribeOutcome.Subscribed subscribed)) {
      drop(channel, place, Objects.requireNonNull(ProblemMapper.problem(outcome)));
      return;
    }
    PusherMember member = place.member;
    if (member == null) {
      session.send(PusherFrames.subscribed(channel, "{}"));
      start(channel, subscribed);
      return;
    }
    var unused =
        presence
            .join(place.caller, channel, member.toMember())
            .whenCompleteAsync(
                (joined, failure) -> onJoined(channel, place, subscribed, joined, failure),
                context.readers());
  }

  /** Returns from where the connection gets the events of a channel. May block on the store. */
  private Since since(ChannelName channel) {
    App app = session.app();
    RecentEvents.Source source =
        new RecentEvents.Source(context.subscribe().broker(), context.ticker(), context.clock());
    TenantChannel wanted = new TenantChannel(app.tenant(), channel);
    if (PusherChannel.isCached(channel)) {
      return shared.recent().last(source, wanted, app.features().cacheTtl());
    }
    return app.features().replay().isZero()
        ? new Since.Live()
        : shared.recent().since(source, wanted, app.features().replay());
  }

  private void onJoined(
      ChannelName channel,
      Place place,
      SubscribeOutcome.Subscribed subscribed,
      @Nullable PresenceOutcome outcome,
      @Nullable Throwable failure) {
    if (!isHeld(channel, place)) {
      return; // unsubscribed meanwhile, which has left the channel too
    }
    if (outcome == null) {
      LOG.log(Level.ERROR, "Join failed unexpectedly", failure);
      drop(channel, place, ProblemMapper.storeUnreadable());
      return;
    }
    Problem problem = ProblemMapper.problem(outcome);
    if (problem != null) {
      drop(channel, place, problem);
      return;
    }
    try {
      WatchOutcome watched = session.subscriptions().watch(place.caller, channel);
      if (watched instanceof WatchOutcome.Watching watching) {
        session.send(
            PusherFrames.subscribed(
                channel, PusherFrames.members(members(channel, place, watching.page()))));
        start(channel, subscribed);
        watching.start().run();
      } else {
        drop(channel, place, Objects.requireNonNull(ProblemMapper.problem(watched)));
      }
    } catch (BrokerException | PresenceException e) {
      LOG.log(Level.DEBUG, "Cannot read members", e);
      drop(channel, place, ProblemMapper.storeUnreadable());
    }
  }

  /** Lets publications through: on a cached channel the last one first, if there is one. */
  private void start(ChannelName channel, SubscribeOutcome.Subscribed subscribed) {
    if (PusherChannel.isCached(channel) && subscribed.starts().equals(subscribed.heads())) {
      session.send(PusherFrames.cacheMiss(channel));
      shared.events().onCacheMiss(new TenantChannel(session.app().tenant(), channel));
    }
    subscribed.start().run();
    App app = session.app();
    if (app.features().subscriptionCounts() && Audience.isCounted(channel)) {
      TenantChannel counted = new TenantChannel(app.tenant(), channel);
      shared.counts().add(counted, session);
      if (!places.containsKey(channel) || session.hasEnded()) {
        shared.counts().remove(counted, session);
      }
    }
  }

  /** Returns all members, of which a page is known, and this connection's own. May block. */
  private List<PusherMember> members(ChannelName channel, Place place, PresencePage first) {
    List<PusherMember> all = new ArrayList<>();
    boolean self = false;
    for (PresencePage page = first; page != null; page = next(channel, place, page)) {
      for (Member each : page.members()) {
        self |= place.member != null && each.id().equals(place.member.id());
        all.add(PusherMember.of(each));
      }
    }
    if (!self && place.member != null) {
      all.add(place.member);
    }
    return all;
  }

  private @Nullable PresencePage next(ChannelName channel, Place place, PresencePage page) {
    String after = page.next();
    return after == null
        ? null
        : context
            .presence()
            .store()
            .members(new TenantChannel(place.caller.tenant(), channel), after, PAGE);
  }

  void unsubscribe(String name) {
    try {
      ChannelName channel = PusherChannel.toChannel(name);
      Place place = places.remove(channel);
      if (place != null) {
        end(channel, place);
      }
    } catch (InvalidChannelException e) {
      LOG.log(Level.DEBUG, "A client unsubscribes from what cannot be a channel", e);
    }
  }

  /** Returns who is subscribed to a channel; null for nobody. */
  @Nullable Caller subscriber(ChannelName channel) {
    Place place = places.get(channel);
    return place == null ? null : place.caller;
  }

  /** Sends the joins and leaves of others, a message each. Called by the event loop. */
  void onPresence(EncodedPresence encoded) {
    PresenceChange change = encoded.change();
    ChannelName channel = change.channel().name();
    Place place = places.get(channel);
    String own = place == null || place.member == null ? "" : place.member.id();
    boolean single = change.joined().size() + change.left().size() == 1;
    if (single && change.joined().stream().noneMatch(each -> each.id().equals(own))) {
      session.send(encoded.encodedBy(PusherEncoder.INSTANCE));
      return;
    }
    for (String left : change.left()) {
      session.send(PusherFrames.memberRemoved(channel, left));
    }
    for (Member joined : change.joined()) {
      if (!joined.id().equals(own)) {
        session.send(PusherFrames.memberAdded(channel, PusherMember.of(joined)));
      }
    }
  }

  /**
   * Sends all members again after a gap in the changes: clients replace what they know when they
   * are told again that they have subscribed.
   */
  void onPresenceReset(ChannelName channel, PresencePage page) {
    Place place = places.get(channel);
    if (place == null) {
      return;
    }
    try {
      context
          .readers()
          .execute(
              () ->
                  session.send(
                      PusherFrames.subscribed(
                          channel, PusherFrames.members(members(channel, place, page)))));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  /** Ends the subscriptions that the policies do not allow any more, and tells the client. */
  void reauthorize() {
    Policy policy = context.presence().policy();
    places.forEach(
        (channel, place) -> {
          boolean allowed =
              policy.allows(place.caller, channel, Action.SUBSCRIBE)
                  && (place.member == null
                      || (policy.allows(place.caller, channel, ChannelOperation.JOIN)
                          && policy.allows(place.caller, channel, ChannelOperation.MEMBERS)));
          if (!allowed) {
            drop(
                channel,
                place,
                Problem.of(Code.FORBIDDEN, "a policy has changed and does not allow this channel"));
          }
        });
  }

  boolean isPresentWithin(BiPredicate<String, Action> allowed) {
    return presence.isWithin(allowed);
  }

  private boolean isHeld(ChannelName channel, Place place) {
    return places.get(channel) == place;
  }

  /** Ends a subscription, or an attempt, and tells the client why. */
  private void drop(ChannelName channel, Place place, Problem problem) {
    if (places.remove(channel, place)) {
      end(channel, place);
      refuse(PusherChannel.toPusher(channel), problem);
    }
  }

  private void end(ChannelName channel, Place place) {
    session.subscriptions().unsubscribe(channel.value());
    shared.counts().remove(new TenantChannel(session.app().tenant(), channel), session);
    if (place.member != null) {
      presence.leave(channel);
    }
  }

  private void refuse(String channel, Problem problem) {
    session.send(PusherFrames.subscriptionError(channel, problem));
  }

  @Override
  public void close() {
    places
        .keySet()
        .forEach(
            channel ->
                shared
                    .counts()
                    .remove(new TenantChannel(session.app().tenant(), channel), session));
    presence.close();
  }
}
