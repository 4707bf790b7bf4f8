package io.broadcasty.telemetry;

import io.broadcasty.lifecycle.PublicationEvent.Pushed;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.push.DispatchState;
import io.broadcasty.push.PushListener;
import io.broadcasty.push.PushService;
import java.util.UUID;

/** Forwards the events of push to the lifecycle listener. */
public record PushEvents(RealtimeListener listener) implements PushListener {

  @Override
  public void onSettled(
      PushService service, DispatchState state, UUID dispatchId, long durationNanos) {
    listener.onPushed(
        new Pushed(dispatchId.toString(), service.word(), state.word(), durationNanos));
  }
}
