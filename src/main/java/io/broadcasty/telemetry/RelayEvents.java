package io.broadcasty.telemetry;

import io.broadcasty.broker.Publication;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.driver.RelayListener;
import io.broadcasty.failover.Switch;
import io.broadcasty.lifecycle.PublicationEvent.About;
import io.broadcasty.lifecycle.PublicationEvent.ProviderSwitched;
import io.broadcasty.lifecycle.PublicationEvent.RelayRejected;
import io.broadcasty.lifecycle.PublicationEvent.Relayed;
import io.broadcasty.lifecycle.RealtimeListener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Forwards the events of the relay to the lifecycle listener. */
public record RelayEvents(RealtimeListener listener) implements RelayListener {

  @Override
  public void onSwitch(Switch change) {
    listener.onProviderSwitched(new ProviderSwitched(change.from(), change.to(), change.reason()));
  }

  @Override
  public void onRejected(TenantChannel channel, String provider, String reason) {
    listener.onRelayRejected(new RelayRejected(channel, provider, reason));
  }

  @Override
  public void onSent(
      List<Publication> publications,
      String provider,
      int accepted,
      @Nullable String failure,
      long durationNanos) {
    List<About> sent =
        publications.stream()
            .map(
                each ->
                    new About(
                        each.envelope().channel(),
                        each.position().partition(),
                        each.envelope().id(),
                        each.envelope().message().headers().toMap()))
            .toList();
    listener.onRelayed(new Relayed(sent, provider, accepted, failure, durationNanos));
  }
}
