package io.broadcasty.protocol.sse;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.session.EventSession;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.Transport;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.delivery.subscribe.WatchOutcome;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Cursor;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.NativeFrames;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.Since;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A receive-only connection: a stream of Server-Sent Events. Every event's id is the cursor of the
 * whole stream after it, so the cursor is moved and the event queued in one step.
 */
@ThreadSafe
final class SseSession extends EventSession {

  private final EventEncoder encoder;
  private final String id = UUID.randomUUID().toString();

  /** The request to subscribe with; null after the stream has subscribed. */
  private volatile @Nullable SseRequest request;

  @GuardedBy("this")
  private Cursor cursor = Cursor.START;

  SseSession(
      SessionContext context,
      Transport transport,
      Caller caller,
      ConnectionLimiter.Permit place,
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
      Problem problem = ProblemMapper.problem(outcome);
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
            JsonWriter.object(
                json -> {
                  encoder
                      .dialect()
                      .subscribed(target, subscribed, subscriptions()::number)
                      .write(json);
                  json.writeStringField("session", id);
                });
        send(SseFormat.frame("subscribed", cursor.toString(), text));
      }
    }
    return new Opening.Begun(() -> all.forEach(s -> s.start().run()));
  }

  @Override
  public void beforeNewStream(EncodedPublication first) {
    String announcement = encoder.dialect().streamAnnouncement(first);
    if (announcement != null) {
      send(SseFormat.frame("channel", null, announcement));
    }
  }

  @Override
  public void sendPublication(EncodedPublication encoded) {
    if (encoded.isNotFor(id)) {
      skip(encoded);
      return;
    }
    if (encoded.isEphemeral()) {
      send(encoded.encodedBy(EphemeralEncoder.INSTANCE));
      return;
    }
    synchronized (this) {
      EventChain.Event event = encoded.encodedBy(encoder).after(cursor);
      cursor = event.after();
      sendMoved(event.frame());
    }
  }

  /** Sends an event whose id is the cursor, or ends the stream when that has become too long. */
  @GuardedBy("this")
  private void sendMoved(EncodedFrame event) {
    if (cursor.toString().length() > Cursor.MAX_LENGTH) {
      end(tooManyForACursor()); // the client keeps the last id that fits
    } else {
      send(event);
    }
  }

  /** Moves the cursor past a publication that is not for this stream. */
  private void skip(EncodedPublication encoded) {
    if (encoded.isEphemeral()) {
      return;
    }
    Publication publication = encoded.publication();
    String text = JsonWriter.object(json -> JsonWriter.writePlace(json, publication));
    synchronized (this) {
      cursor = cursor.after(publication.envelope().channel().name(), publication.position());
      sendMoved(SseFormat.frame("skipped", cursor.toString(), text));
    }
  }

  @Override
  public void sendLost(ChannelName channel, LostPosition lost) {
    String text = JsonWriter.object(json -> JsonWriter.write(json, channel, lost));
    synchronized (this) {
      cursor = cursor.after(channel, lost.resumeFrom());
      send(SseFormat.frame("lost", cursor.toString(), text));
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
      Problem problem = ProblemMapper.problem(outcome);
      if (problem != null) {
        return problem;
      }
      WatchOutcome.Watching watching = (WatchOutcome.Watching) outcome;
      sendPresenceReset(channel, watching.page());
      watching.start().run();
    }
    return null;
  }

  @Override
  public void sendPresence(EncodedPresence change) {
    send(change.encodedBy(encoder));
  }

  @Override
  public void sendPresenceReset(ChannelName channel, PresencePage page) {
    send(
        SseFormat.frame(
            "presence", null, JsonWriter.object(NativeFrames.presenceReset(channel, page))));
  }

  @Override
  protected EncodedFrame endFrame(Problem problem) {
    return SseFormat.frame(
        "end", null, JsonWriter.object(json -> NativeFrames.writeEnd(json, problem)));
  }

  private static Problem tooManyForACursor() {
    return Problem.of(
        Code.TOO_MANY_CHANNELS,
        "the stream has so many channels that its position does not fit into Last-Event-ID; use a"
            + " narrower pattern, several streams, or WebSocket");
  }
}
