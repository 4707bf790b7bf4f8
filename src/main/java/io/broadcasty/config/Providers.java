package io.broadcasty.config;

import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.driver.ProviderFactory;
import io.broadcasty.driver.ably.AblyFactory;
import io.broadcasty.driver.pusher.PusherFactory;
import io.broadcasty.push.PushProviderFactory;
import io.broadcasty.push.apns.ApnsFactory;
import io.broadcasty.push.fcm.FcmFactory;
import io.broadcasty.push.onesignal.OneSignalFactory;
import io.broadcasty.push.webpush.WebPushFactory;
import java.util.List;
import java.util.Optional;

/**
 * The providers that can be configured: the one place where a new one is listed.
 *
 * @param relays what publications can be relayed to
 * @param pushes what notifications can be sent through, in the order in which devices are served
 */
public record Providers(List<ProviderFactory> relays, List<PushProviderFactory> pushes) {

  /** Those that the product has. */
  public static final Providers SHIPPED =
      new Providers(
          List.of(PusherFactory.reverb(), PusherFactory.pusher(), new AblyFactory()),
          List.of(
              new WebPushFactory(), new FcmFactory(), new ApnsFactory(), new OneSignalFactory()));

  public Providers {
    relays = List.copyOf(relays);
    pushes = List.copyOf(pushes);
  }

  /** The provider of this name to relay to. */
  Optional<ProviderFactory> relay(String name) {
    return relays.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /** The names of those to relay to, in order. */
  List<String> relayNames() {
    return relays.stream().map(ProviderFactory::name).toList();
  }

  /** The keys of those to relay to. */
  List<ConfigKey<?>> relayKeys() {
    return relays.stream().<ConfigKey<?>>flatMap(each -> each.keys().stream()).toList();
  }

  /** The keys of the push services. */
  List<ConfigKey<?>> pushKeys() {
    return pushes.stream().<ConfigKey<?>>flatMap(each -> each.keys().stream()).toList();
  }
}
