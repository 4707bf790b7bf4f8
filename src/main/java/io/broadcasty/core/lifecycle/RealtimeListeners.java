package io.broadcasty.core.lifecycle;

import com.google.errorprone.annotations.ThreadSafe;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * Calls several listeners in the order in which they were added. An exception is counted, and
 * logged with its stack the first time for each listener and kind of event; neither the other
 * listeners nor the caller are affected.
 */
@ThreadSafe
public final class RealtimeListeners implements RealtimeListener {

  private static final System.Logger LOG = System.getLogger(RealtimeListeners.class.getName());

  private final List<RealtimeListener> listeners = new CopyOnWriteArrayList<>();
  private final LongAdder failures = new LongAdder();

  /** The listeners and kinds of events whose failure has been logged. */
  private final Set<Failed> logged = ConcurrentHashMap.newKeySet();

  private record Failed(Class<?> listener, Class<?> event) {}

  public RealtimeListeners(RealtimeListener... first) {
    listeners.addAll(List.of(first));
  }

  /**
   * Adds a listener. One that observes fan-out has to be added before the node's hub is created.
   */
  public void add(RealtimeListener listener) {
    listeners.add(listener);
  }

  /** Returns how often a listener has thrown. */
  public long failures() {
    return failures.sum();
  }

  @Override
  public void onConnected(ConnectionEvent.Connected event) {
    dispatch(event, RealtimeListener::onConnected);
  }

  @Override
  public void onAuthenticated(ConnectionEvent.Authenticated event) {
    dispatch(event, RealtimeListener::onAuthenticated);
  }

  @Override
  public void onDisconnected(ConnectionEvent.Disconnected event) {
    dispatch(event, RealtimeListener::onDisconnected);
  }

  @Override
  public void onSlowConsumer(ConnectionEvent.SlowConsumer event) {
    dispatch(event, RealtimeListener::onSlowConsumer);
  }

  @Override
  public void onTokenRefused(ConnectionEvent.TokenRefused event) {
    dispatch(event, RealtimeListener::onTokenRefused);
  }

  @Override
  public void onDenied(ConnectionEvent.Denied event) {
    dispatch(event, RealtimeListener::onDenied);
  }

  @Override
  public void onReplayed(ConnectionEvent.Replayed event) {
    dispatch(event, RealtimeListener::onReplayed);
  }

  @Override
  public void onLimitReached(ConnectionEvent.LimitReached event) {
    dispatch(event, RealtimeListener::onLimitReached);
  }

  @Override
  public void onDisconnectRequested(ConnectionEvent.DisconnectRequested event) {
    dispatch(event, RealtimeListener::onDisconnectRequested);
  }

  @Override
  public void onHttpAnswered(ConnectionEvent.HttpAnswered event) {
    dispatch(event, RealtimeListener::onHttpAnswered);
  }

  @Override
  public void onTraffic(ConnectionEvent.Traffic event) {
    dispatch(event, RealtimeListener::onTraffic);
  }

  @Override
  public void onWritten(PublicationEvent.Written event) {
    dispatch(event, RealtimeListener::onWritten);
  }

  @Override
  public void onSubscribed(ChannelEvent.Subscribed event) {
    dispatch(event, RealtimeListener::onSubscribed);
  }

  @Override
  public void onUnsubscribed(ChannelEvent.Unsubscribed event) {
    dispatch(event, RealtimeListener::onUnsubscribed);
  }

  @Override
  public void onOccupied(ChannelEvent.Occupied event) {
    dispatch(event, RealtimeListener::onOccupied);
  }

  @Override
  public void onVacated(ChannelEvent.Vacated event) {
    dispatch(event, RealtimeListener::onVacated);
  }

  @Override
  public void onMemberJoined(ChannelEvent.MemberJoined event) {
    dispatch(event, RealtimeListener::onMemberJoined);
  }

  @Override
  public void onMemberLeft(ChannelEvent.MemberLeft event) {
    dispatch(event, RealtimeListener::onMemberLeft);
  }

  @Override
  public void onResumed(ChannelEvent.Resumed event) {
    dispatch(event, RealtimeListener::onResumed);
  }

  @Override
  public void onPositionLost(ChannelEvent.PositionLost event) {
    dispatch(event, RealtimeListener::onPositionLost);
  }

  @Override
  public void onPublished(PublicationEvent.Published event) {
    dispatch(event, RealtimeListener::onPublished);
  }

  @Override
  public void onAppendStarted(PublicationEvent.AppendStarted event) {
    dispatch(event, RealtimeListener::onAppendStarted);
  }

  @Override
  public void onAppendEnded(PublicationEvent.AppendEnded event) {
    dispatch(event, RealtimeListener::onAppendEnded);
  }

  /**
   * Returns whether one of the listeners added so far observes fan-out; one that throws does not.
   */
  @Override
  public boolean observesFanout() {
    boolean observed = false;
    for (RealtimeListener listener : listeners) {
      try {
        observed |= listener.observesFanout();
      } catch (RuntimeException | LinkageError e) {
        failed(listener, RealtimeListener.class, e);
      }
    }
    return observed;
  }

  @Override
  public void onProviderSwitched(PublicationEvent.ProviderSwitched event) {
    dispatch(event, RealtimeListener::onProviderSwitched);
  }

  @Override
  public void onRelayRejected(PublicationEvent.RelayRejected event) {
    dispatch(event, RealtimeListener::onRelayRejected);
  }

  @Override
  public void onFannedOut(PublicationEvent.FannedOut event) {
    dispatch(event, RealtimeListener::onFannedOut);
  }

  @Override
  public void onRelayed(PublicationEvent.Relayed event) {
    dispatch(event, RealtimeListener::onRelayed);
  }

  @Override
  public void onPushed(PublicationEvent.Pushed event) {
    dispatch(event, RealtimeListener::onPushed);
  }

  private <E extends LifecycleEvent> void dispatch(
      E event, BiConsumer<RealtimeListener, E> method) {
    for (RealtimeListener listener : listeners) {
      try {
        method.accept(listener, event);
      } catch (RuntimeException | LinkageError e) { // A stopping server may no longer load classes.
        failed(listener, event.getClass(), e);
      }
    }
  }

  private void failed(RealtimeListener listener, Class<?> event, Throwable failure) {
    failures.increment();
    if (logged.add(new Failed(listener.getClass(), event))) {
      LOG.log(
          Level.ERROR,
          "the listener "
              + listener.getClass().getName()
              + " failed on "
              + event.getSimpleName()
              + "; other listeners were called; further failures of this kind are only counted",
          failure);
    }
  }
}
