package io.broadcasty.relay.provider;

import io.broadcasty.core.channel.TenantChannel;
import org.jspecify.annotations.Nullable;

/**
 * Maps a tenant's channel to its name at a provider, where all tenants share one name space.
 *
 * <p>The name is the prefix of the channel's kind, the tenant, a semicolon, and the rest of the
 * channel's name. Characters that a provider does not allow, or that would make two names equal,
 * are written as {@code =} and two hexadecimal digits: {@code -} in a tenant, {@code :} and {@code
 * =} in a channel. So no two channels share a name, and a name is of the kind of its channel.
 *
 * <p>{@code private-orders.eu} of {@code acme} is {@code private-acme;orders.eu}; {@code
 * notify:user:42} of {@code acme-inc} is {@code acme=2Dinc;notify=3Auser=3A42}.
 */
public final class ProviderChannelName {

  /** The longest name that Pusher's server libraries allow. */
  public static final int MAX_LENGTH = 200;

  private ProviderChannelName() {}

  /** Returns the name; null when it would be too long. */
  public static @Nullable String of(TenantChannel channel) {
    String prefix = channel.name().kind().prefix();
    StringBuilder name = new StringBuilder(prefix);
    append(name, channel.tenant().value(), "-");
    name.append(';');
    append(name, channel.name().value().substring(prefix.length()), ":=");
    return name.length() > MAX_LENGTH ? null : name.toString();
  }

  private static void append(StringBuilder name, String text, String escaped) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (escaped.indexOf(c) >= 0) {
        name.append('=').append(Integer.toHexString(c).toUpperCase(java.util.Locale.ROOT));
      } else {
        name.append(c);
      }
    }
  }
}
