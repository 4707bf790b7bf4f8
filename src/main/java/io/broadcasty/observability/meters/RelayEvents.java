package io.broadcasty.observability.meters;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.PublicationEvent.ProviderSwitched;
import io.broadcasty.core.lifecycle.PublicationEvent.PublicationInfo;
import io.broadcasty.core.lifecycle.PublicationEvent.RelayRejected;
import io.broadcasty.core.lifecycle.PublicationEvent.Relayed;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.relay.RelayListener;
import io.broadcasty.relay.failover.ProviderSwitch;
import io.broadcasty.streams.broker.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Forwards the events of the relay to the lifecycle listener. */
public record RelayEvents(RealtimeListener listener) implements RelayListener {

  @Override
  public void onSwitch(ProviderSwitch change) {
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
    List<PublicationInfo> sent =
        publications.stream()
            .map(
                each ->
                    new PublicationInfo(
                        each.envelope().channel(),
                        each.position().partition(),
                        each.envelope().id(),
                        each.envelope().message().headers().toMap()))
            .toList();
    listener.onRelayed(new Relayed(sent, provider, accepted, failure, durationNanos));
  }
}
