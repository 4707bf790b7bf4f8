package io.broadcasty.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.PublicationEvent.AppendStarted;
import io.broadcasty.core.lifecycle.PublicationEvent.Place;
import io.broadcasty.core.lifecycle.PublicationEvent.PublicationInfo;
import io.broadcasty.core.tenant.TenantId;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that each of several listeners gets every event, whatever the others do. */
class RealtimeListenersTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantChannel CHANNEL =
      new TenantChannel(ACME, new ChannelName("presence-a"));
  private static final ConnectionInfo ANN =
      new ConnectionInfo(1, TransportType.SSE, ACME, "ann", null);
  private static final PublicationInfo ABOUT =
      new PublicationInfo(CHANNEL, 0, "id", Map.of("traceparent", "00-1"));
  private static final Place PLACE = new Place("epoch", 1);
  private static final AppendStarted STARTED = new AppendStarted(List.of(ABOUT));

  /** One event of each type. */
  private static final List<LifecycleEvent> ONE_OF_EACH =
      List.of(
          new ConnectionEvent.Connected(ANN),
          new ConnectionEvent.Authenticated(ANN),
          new ConnectionEvent.Disconnected(ANN, "draining", "the node stops", 1, 2, 3),
          new ConnectionEvent.SlowConsumer(ANN, 1),
          new ConnectionEvent.TokenRefused(ConnectionEvent.TokenFault.EXPIRED, "old", null),
          new ConnectionEvent.Denied(
              ACME, "ann", ConnectionEvent.Operation.PUBLISH, ChannelName.Kind.PRIVATE, null),
          new ConnectionEvent.Replayed(ACME, "ann", "used before", "192.0.2.1"),
          new ConnectionEvent.LimitReached("rate_user", ACME, "ann", null, null),
          new ConnectionEvent.DisconnectRequested(
              ACME, "boss", ACME, "ann", false, "disconnected", "192.0.2.7"),
          new ConnectionEvent.HttpAnswered(429, 17),
          new ConnectionEvent.Traffic(TransportType.SSE, 0, 12),
          new PublicationEvent.Written(3),
          new ChannelEvent.Subscribed(ANN, "presence-a"),
          new ChannelEvent.Unsubscribed(ANN, "presence-a"),
          new ChannelEvent.Occupied(CHANNEL),
          new ChannelEvent.Vacated(CHANNEL),
          new ChannelEvent.MemberJoined(CHANNEL, "ann"),
          new ChannelEvent.MemberLeft(CHANNEL, "ann"),
          new ChannelEvent.Resumed(ANN, CHANNEL, 0, ChannelEvent.Cause.POSITION, 1, 2, 3),
          new ChannelEvent.PositionLost(ANN, CHANNEL, 0, ChannelEvent.LossReason.EPOCH, 1, 2),
          new PublicationEvent.Published(ABOUT, PublicationEvent.PublishResult.PUBLISHED, PLACE, 1),
          STARTED,
          new PublicationEvent.AppendEnded(STARTED, 1, null),
          new PublicationEvent.ProviderSwitched(null, "pusher", "it is healthy"),
          new PublicationEvent.RelayRejected(CHANNEL, "pusher", "too large"),
          new PublicationEvent.FannedOut(ABOUT, PLACE, 1, 1),
          new PublicationEvent.Relayed(List.of(ABOUT), "pusher", 1, null, 1),
          new PublicationEvent.Pushed("id", "fcm", "accepted", 1));

  private final RecordingListener first = new RecordingListener();
  private final RecordingListener second = new RecordingListener();
  private final RealtimeListeners both = new RealtimeListeners(first, second);

  /** Calls the listener method for an event. */
  private static void dispatch(RealtimeListener listener, LifecycleEvent event) {
    try {
      for (Method method : RealtimeListener.class.getMethods()) {
        if (List.of(method.getParameterTypes()).equals(List.of(event.getClass()))) {
          method.invoke(listener, event);
          return;
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(event + " could not be told", e);
    }
    throw new AssertionError("nothing hears of " + event);
  }

  @Test
  void coversEveryKindOfEvent() {
    long kinds =
        Stream.of(LifecycleEvent.class.getPermittedSubclasses())
            .flatMap(kind -> Stream.of(kind.getPermittedSubclasses()))
            .count();
    assertEquals(kinds, ONE_OF_EACH.stream().map(Object::getClass).distinct().count());
  }

  @Test
  void eachListenerReceivesAllEventsInOrder() {
    ONE_OF_EACH.forEach(event -> dispatch(both, event));

    assertEquals(ONE_OF_EACH, first.take());
    assertEquals(ONE_OF_EACH, second.take());
    assertEquals(0, both.failures());
  }

  @Test
  void anExceptionDoesNotReachOtherListenersOrTheCaller() {
    first.fault = new IllegalStateException("a fault of the first");

    ONE_OF_EACH.forEach(event -> dispatch(both, event));

    assertEquals(ONE_OF_EACH, second.take());
    assertEquals(ONE_OF_EACH.size(), both.failures());
  }

  @Test
  void anExceptionIsLoggedOnceWithItsStack() {
    first.fault = new IllegalStateException("a fault of the first");
    try (LogCapture log = new LogCapture(RealtimeListeners.class)) {
      both.onOccupied(new ChannelEvent.Occupied(CHANNEL));
      both.onOccupied(new ChannelEvent.Occupied(CHANNEL));
      both.onVacated(new ChannelEvent.Vacated(CHANNEL));

      assertEquals(2, log.text().lines().count(), log.text());
      assertTrue(log.text().contains(RecordingListener.class.getName()), log.text());
      assertEquals(List.of(first.fault, first.fault), log.thrown());
    }
    assertEquals(3, both.failures());
  }

  @Test
  void fanoutIsObservedWhenOneListenerObservesIt() {
    assertTrue(both.observesFanout());
    first.observing = false;
    assertTrue(both.observesFanout());
    second.observing = false;
    assertFalse(both.observesFanout());
    assertFalse(new RealtimeListeners().observesFanout());
    assertFalse(RealtimeListener.NONE.observesFanout());

    first.fault = new IllegalStateException("a fault of the first");
    second.observing = true;
    assertTrue(both.observesFanout());
    assertEquals(1, both.failures());
  }

  @Test
  void anAddedListenerReceivesLaterEvents() {
    RecordingListener third = new RecordingListener();
    List<LifecycleEvent> received = new ArrayList<>(ONE_OF_EACH);
    dispatch(both, received.remove(0));
    both.add(third);
    received.forEach(event -> dispatch(both, event));

    assertEquals(received, third.take());
  }
}
