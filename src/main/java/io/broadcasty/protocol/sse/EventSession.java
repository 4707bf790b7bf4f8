package io.broadcasty.protocol.sse;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.Lost;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPresence;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.lifecycle.TransportType;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Cursor;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.Since;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.session.Answers;
import io.broadcasty.session.Session;
import io.broadcasty.session.SessionContext;
import io.broadcasty.session.Transport;
import io.broadcasty.subscribe.SubscribeOutcome;
import io.broadcasty.subscribe.WatchOutcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection that only listens: a stream of Server-Sent Events. Every event's id is the cursor of
 * the whole stream after it, so the cursor moves and the event is queued in one step.
 */
public final class EventSession extends Session {

  private Cursor cursor = Cursor.START; // guarded by this

  public EventSession(
      SessionContext context, Transport transport, Caller caller, ConnectionLimiter.Lease place) {
    super(context, transport);
    opened();
    authenticated(caller, place);
  }

  @Override
  protected TransportType type() {
    return TransportType.SSE;
  }

  /**
   * Subscribes to all targets and queues what tells the client of it; publications come after
   * {@link Opening#start}.
   *
   * @return what is wrong, in which case the session must be ended by {@link #gone}; else the
   *     opening
   * @throws io.broadcasty.channel.InvalidChannelException when a target is neither channel nor
   *     pattern
   * @throws io.broadcasty.broker.BrokerException when the store cannot be read now
   */
  public Opening subscribe(Caller caller, List<String> targets, Since since) {
    List<SubscribeOutcome.Subscribed> all = new ArrayList<>();
    for (String target : targets) {
      SubscribeOutcome outcome = subscriptions().subscribe(caller, target, since);
      Problem problem = Answers.problem(outcome);
      if (problem != null) {
        return new Opening(problem, () -> {});
      }
      all.add((SubscribeOutcome.Subscribed) outcome);
    }
    synchronized (this) {
      for (SubscribeOutcome.Subscribed subscribed : all) {
        cursor = cursor.after(subscribed.starts());
      }
      if (cursor.toString().length() > Cursor.MAX_LENGTH) {
        return new Opening(tooManyForACursor(), () -> {});
      }
      for (int i = 0; i < all.size(); i++) {
        SubscribeOutcome.Subscribed subscribed = all.get(i);
        String target = targets.get(i);
        String text =
            Json.object(
                json ->
                    NativeFrames.subscribed(
                            target,
                            target.endsWith("*"),
                            subscribed.recovered(),
                            subscribed.heads())
                        .write(json));
        send(EncodedFrame.message("subscribed", cursor.toString(), text));
      }
    }
    return new Opening(null, () -> all.forEach(s -> s.start().run()));
  }

  /**
   * What opening the stream led to.
   *
   * @param problem null when the stream may begin
   * @param start lets the publications through
   */
  public record Opening(@Nullable Problem problem, Runnable start) {}

  @Override
  public void publication(EncodedPublication encoded) {
    synchronized (this) {
      EncodedPublication.Event event = encoded.event(cursor);
      cursor = event.after();
      if (cursor.toString().length() > Cursor.MAX_LENGTH) {
        end(tooManyForACursor()); // the client keeps the last id that fits
      } else {
        send(event.frame());
      }
    }
  }

  @Override
  public void lost(ChannelName channel, Lost lost) {
    String text = Json.object(json -> Json.write(json, channel, lost));
    synchronized (this) {
      cursor = cursor.after(channel, lost.resumeFrom());
      send(EncodedFrame.message("lost", cursor.toString(), text));
    }
  }

  /**
   * Watches the members of every one of these that is a presence channel, once the stream has been
   * opened: their first page, then their changes.
   *
   * @return what is wrong; null when nothing is
   * @throws io.broadcasty.broker.BrokerException when the store cannot be read now
   */
  public @Nullable Problem watch(Caller caller, List<String> targets) {
    for (String target : targets) {
      if (target.endsWith("*")) {
        continue;
      }
      ChannelName channel = new ChannelName(target);
      if (channel.kind() != ChannelName.Kind.PRESENCE) {
        continue;
      }
      WatchOutcome outcome = subscriptions().watch(caller, channel);
      Problem problem = Answers.problem(outcome);
      if (problem != null) {
        return problem;
      }
      WatchOutcome.Watching watching = (WatchOutcome.Watching) outcome;
      presenceReset(channel, watching.page());
      watching.start().run();
    }
    return null;
  }

  @Override
  public void presence(EncodedPresence change) {
    send(change.event());
  }

  @Override
  public void presenceReset(ChannelName channel, PresencePage page) {
    send(
        EncodedFrame.message(
            "presence", null, Json.object(NativeFrames.presenceReset(channel, page))));
  }

  @Override
  protected EncodedFrame endFrame(Problem problem) {
    return EncodedFrame.message(
        "end", null, Json.object(json -> NativeFrames.writeEnd(json, problem)));
  }

  private static Problem tooManyForACursor() {
    return Problem.of(
        Code.TOO_MANY_CHANNELS,
        "the stream has so many channels that its position does not fit into Last-Event-ID; use a"
            + " narrower pattern, several streams, or WebSocket");
  }
}
