package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.push.apns.ApnsFactory;
import io.broadcasty.push.fcm.FcmFactory;
import io.broadcasty.push.onesignal.OneSignalFactory;
import io.broadcasty.push.provider.PushProviderFactory;
import io.broadcasty.push.webpush.WebPushFactory;
import io.broadcasty.relay.ably.AblyFactory;
import io.broadcasty.relay.provider.ProviderFactory;
import io.broadcasty.relay.pusher.PusherFactory;
import java.util.List;
import java.util.Optional;

/**
 * The providers that can be configured: the one place where a new one is listed.
 *
 * @param relays the providers that publications can be relayed to
 * @param pushes the providers of notifications, in the order in which devices are served
 */
public record Providers(List<ProviderFactory> relays, List<PushProviderFactory> pushes) {

  /** The providers of the product. */
  public static final Providers SHIPPED =
      new Providers(
          List.of(PusherFactory.reverb(), PusherFactory.pusher(), new AblyFactory()),
          List.of(
              new WebPushFactory(), new FcmFactory(), new ApnsFactory(), new OneSignalFactory()));

  public Providers {
    relays = List.copyOf(relays);
    pushes = List.copyOf(pushes);
  }

  /** Returns the relay provider of this name. */
  Optional<ProviderFactory> relay(String name) {
    return relays.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /** Returns the names of the relay providers, in order. */
  List<String> relayNames() {
    return relays.stream().map(ProviderFactory::name).toList();
  }

  /** Returns the keys of the relay providers. */
  List<ConfigKey<?>> relayKeys() {
    return relays.stream().<ConfigKey<?>>flatMap(each -> each.keys().stream()).toList();
  }

  /** Returns the keys of the push services. */
  List<ConfigKey<?>> pushKeys() {
    return pushes.stream().<ConfigKey<?>>flatMap(each -> each.keys().stream()).toList();
  }
}
