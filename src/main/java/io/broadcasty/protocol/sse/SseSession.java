package io.broadcasty.protocol.sse;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.auth.Caller;
import io.broadcasty.broker.Lost;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.hub.EncodedFrame;
import io.broadcasty.hub.EncodedPresence;
import io.broadcasty.hub.EncodedPublication;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Cursor;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.NativeFrames;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.Since;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.session.Answers;
import io.broadcasty.session.EventSession;
import io.broadcasty.session.SessionContext;
import io.broadcasty.session.Transport;
import io.broadcasty.subscribe.SubscribeOutcome;
import io.broadcasty.subscribe.WatchOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A receive-only connection: a stream of Server-Sent Events. Every event's id is the cursor of the
 * whole stream after it, so the cursor is moved and the event queued in one step.
 */
final class SseSession extends EventSession {

  private final EventEncoder encoder;

  /** Null after the stream has subscribed. */
  private @Nullable SseRequest request;

  @GuardedBy("this")
  private Cursor cursor = Cursor.START;

  SseSession(
      SessionContext context,
      Transport transport,
      Caller caller,
      ConnectionLimiter.Lease place,
      SseRequest request,
      EventEncoder encoder) {
    super(context, transport);
    this.encoder = encoder;
    this.request = request;
    opened(caller, place);
  }

  @Override
  public Opening subscribe() {
    SseRequest wanted = Objects.requireNonNull(request, "a stream subscribes once");
    request = null;
    Caller caller = Objects.requireNonNull(caller());
    Opening opening = subscribe(caller, wanted.channels(), wanted.since());
    if (opening instanceof Opening.Begun && wanted.presence()) {
      Problem problem = watch(caller, wanted.channels());
      return problem == null ? opening : new Opening.Refused(problem);
    }
    return opening;
  }

  private Opening subscribe(Caller caller, List<String> targets, Since since) {
    List<SubscribeOutcome.Subscribed> all = new ArrayList<>();
    for (String target : targets) {
      SubscribeOutcome outcome = subscriptions().subscribe(caller, target, since);
      Problem problem = Answers.problem(outcome);
      if (problem != null) {
        return new Opening.Refused(problem);
      }
      all.add((SubscribeOutcome.Subscribed) outcome);
    }
    synchronized (this) {
      for (SubscribeOutcome.Subscribed subscribed : all) {
        cursor = cursor.after(subscribed.starts());
      }
      if (cursor.toString().length() > Cursor.MAX_LENGTH) {
        return new Opening.Refused(tooManyForACursor());
      }
      for (int i = 0; i < all.size(); i++) {
        SubscribeOutcome.Subscribed subscribed = all.get(i);
        String target = targets.get(i);
        String text =
            Json.object(encoder.dialect().subscribed(target, subscribed, subscriptions()::number));
        send(EventText.frame("subscribed", cursor.toString(), text));
      }
    }
    return new Opening.Begun(() -> all.forEach(s -> s.start().run()));
  }

  @Override
  public void newStream(EncodedPublication first) {
    String announcement = encoder.dialect().newStream(first);
    if (announcement != null) {
      send(EventText.frame("channel", null, announcement));
    }
  }

  @Override
  public void publication(EncodedPublication encoded) {
    synchronized (this) {
      EventChain.Event event = encoded.as(encoder).after(cursor);
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
      send(EventText.frame("lost", cursor.toString(), text));
    }
  }

  /**
   * Watches the members of each presence channel among the targets: sends the first page, then
   * changes.
   *
   * @return what is wrong; null when nothing is
   */
  private @Nullable Problem watch(Caller caller, List<String> targets) {
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
    send(change.as(encoder));
  }

  @Override
  public void presenceReset(ChannelName channel, PresencePage page) {
    send(EventText.frame("presence", null, Json.object(NativeFrames.presenceReset(channel, page))));
  }

  @Override
  protected EncodedFrame endFrame(Problem problem) {
    return EventText.frame("end", null, Json.object(json -> NativeFrames.writeEnd(json, problem)));
  }

  private static Problem tooManyForACursor() {
    return Problem.of(
        Code.TOO_MANY_CHANNELS,
        "the stream has so many channels that its position does not fit into Last-Event-ID; use a"
            + " narrower pattern, several streams, or WebSocket");
  }
}
