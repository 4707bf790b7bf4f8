package io.broadcasty.observability.meters;

import io.broadcasty.core.lifecycle.PublicationEvent.Pushed;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.sending.PushListener;
import java.util.UUID;

/** Forwards the events of push to the lifecycle listener. */
public record PushEvents(RealtimeListener listener) implements PushListener {

  @Override
  public void onDispatchResult(
      PushService service, DispatchState state, UUID dispatchId, long durationNanos) {
    listener.onPushed(
        new Pushed(dispatchId.toString(), service.name(), state.wireName(), durationNanos));
  }
}
