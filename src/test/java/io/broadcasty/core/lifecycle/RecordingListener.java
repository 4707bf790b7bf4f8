package io.broadcasty.core.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Records events in order; throws when {@link #fault} is set. */
public final class RecordingListener implements RealtimeListener {

  private final List<LifecycleEvent> events = new CopyOnWriteArrayList<>();

  /** Whether it observes fan-out. */
  public boolean observing = true;

  /** Thrown by each call after the event has been recorded; null for none. */
  public @Nullable RuntimeException fault;

  /** Run after the next event has been recorded; null for nothing. */
  public @Nullable Runnable afterNext;

  /** Returns the events recorded since the last call, in order. */
  public List<LifecycleEvent> take() {
    List<LifecycleEvent> recorded = List.copyOf(events);
    events.clear();
    return recorded;
  }

  /** Returns the recorded events of one type, in order. */
  public <E extends LifecycleEvent> List<E> ofType(Class<E> kind) {
    List<E> found = new ArrayList<>();
    for (LifecycleEvent event : events) {
      if (kind.isInstance(event)) {
        found.add(kind.cast(event));
      }
    }
    return found;
  }

  private void record(LifecycleEvent event) {
    events.add(event);
    Runnable next = afterNext;
    afterNext = null;
    if (next != null) {
      next.run();
    }
    if (fault != null) {
      throw fault;
    }
  }

  @Override
  public boolean observesFanout() {
    if (fault != null) {
      throw fault;
    }
    return observing;
  }

  @Override
  public void onConnected(ConnectionEvent.Connected event) {
    record(event);
  }

  @Override
  public void onAuthenticated(ConnectionEvent.Authenticated event) {
    record(event);
  }

  @Override
  public void onDisconnected(ConnectionEvent.Disconnected event) {
    record(event);
  }

  @Override
  public void onSlowConsumer(ConnectionEvent.SlowConsumer event) {
    record(event);
  }

  @Override
  public void onTokenRefused(ConnectionEvent.TokenRefused event) {
    record(event);
  }

  @Override
  public void onDenied(ConnectionEvent.Denied event) {
    record(event);
  }

  @Override
  public void onReplayed(ConnectionEvent.Replayed event) {
    record(event);
  }

  @Override
  public void onLimitReached(ConnectionEvent.LimitReached event) {
    record(event);
  }

  @Override
  public void onDisconnectRequested(ConnectionEvent.DisconnectRequested event) {
    record(event);
  }

  @Override
  public void onSubscribed(ChannelEvent.Subscribed event) {
    record(event);
  }

  @Override
  public void onUnsubscribed(ChannelEvent.Unsubscribed event) {
    record(event);
  }

  @Override
  public void onOccupied(ChannelEvent.Occupied event) {
    record(event);
  }

  @Override
  public void onVacated(ChannelEvent.Vacated event) {
    record(event);
  }

  @Override
  public void onMemberJoined(ChannelEvent.MemberJoined event) {
    record(event);
  }

  @Override
  public void onMemberLeft(ChannelEvent.MemberLeft event) {
    record(event);
  }

  @Override
  public void onResumed(ChannelEvent.Resumed event) {
    record(event);
  }

  @Override
  public void onPositionLost(ChannelEvent.PositionLost event) {
    record(event);
  }

  @Override
  public void onPublished(PublicationEvent.Published event) {
    record(event);
  }

  @Override
  public void onAppendStarted(PublicationEvent.AppendStarted event) {
    record(event);
  }

  @Override
  public void onAppendEnded(PublicationEvent.AppendEnded event) {
    record(event);
  }

  @Override
  public void onProviderSwitched(PublicationEvent.ProviderSwitched event) {
    record(event);
  }

  @Override
  public void onRelayRejected(PublicationEvent.RelayRejected event) {
    record(event);
  }

  @Override
  public void onFannedOut(PublicationEvent.FannedOut event) {
    record(event);
  }

  @Override
  public void onRelayed(PublicationEvent.Relayed event) {
    record(event);
  }

  @Override
  public void onPushed(PublicationEvent.Pushed event) {
    record(event);
  }

  @Override
  public void onHttpAnswered(ConnectionEvent.HttpAnswered event) {
    record(event);
  }

  @Override
  public void onTraffic(ConnectionEvent.Traffic event) {
    record(event);
  }

  @Override
  public void onWritten(PublicationEvent.Written event) {
    record(event);
  }
}
