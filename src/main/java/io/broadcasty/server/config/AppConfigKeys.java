package io.broadcasty.server.config;

import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
import java.util.List;

/** The keys of an app of the Pusher protocol; {@code {id}} in a name stands for the app's id. */
final class AppConfigKeys {

  private static final String PREFIX = "broadcasty.apps.{id}.";

  static final ConfigKey<List<String>> KEY =
      new ConfigKey<>(
          PREFIX + "key",
          ConfigType.LIST,
          null,
          "278d425bdf160c739803",
          "Key of the app, which its clients name: letters, digits, - and _. Two keys, with a comma"
              + " between, are valid at the same time while one replaces the other. Required for an"
              + " app.");

  static final ConfigKey<List<String>> SECRET =
      new ConfigKey<>(
          PREFIX + "secret",
          ConfigType.LIST,
          null,
          "7ad3773142a6692b25b8",
          "Secret of the app's key, with which its back ends sign. As many secrets as there are"
              + " keys, in the same order. Required for an app.");

  static final ConfigKey<String> TENANT =
      new ConfigKey<>(
          PREFIX + "tenant",
          ConfigType.TEXT,
          null,
          "acme",
          "Tenant whose channels the app uses. Required for an app.");

  static final ConfigKey<Boolean> CLIENT_EVENTS =
      new ConfigKey<>(
          PREFIX + "client-events",
          ConfigType.FLAG,
          "false",
          "true",
          "Whether clients of the app may send events to each other on private and presence"
              + " channels.");

  static final ConfigKey<String> REPEATS =
      new ConfigKey<>(
          PREFIX + "repeats",
          ConfigType.oneOf("refuse", "accept"),
          "refuse",
          "accept",
          "What happens to a signed POST that was sent before. Pusher's libraries sign nothing"
              + " unique, so a back end that sends the same event twice in one second sends the"
              + " same request: with accept both are published, and so is one that somebody has"
              + " recorded and sends again within 10 minutes.");

  static final ConfigKey<Long> MAX_DATA =
      new ConfigKey<>(
          PREFIX + "max-data-bytes",
          ConfigType.number(1, 1024 * 1024),
          "10240",
          "102400",
          "Maximum length of an event's data in bytes. A longer one is refused with"
              + " payload_too_large (413). The limit of publications does not apply.");

  static final ConfigKey<Boolean> SUBSCRIPTION_COUNTS =
      new ConfigKey<>(
          PREFIX + "subscription-counts",
          ConfigType.FLAG,
          "false",
          "true",
          "Whether subscribers of a channel without members are told how many they are, on all"
              + " nodes, by pusher:subscription_count: after each change, and above 100 at most"
              + " every 5 s. Webhooks are told too.");

  static final ConfigKey<Boolean> WATCHLISTS =
      new ConfigKey<>(
          PREFIX + "watchlists",
          ConfigType.FLAG,
          "false",
          "true",
          "Whether users who sign in with a watchlist are told which of these users are signed in"
              + " to any app of the tenant that has watchlists, and when that changes.");

  static final ConfigKey<Duration> CACHE_TTL =
      new ConfigKey<>(
          PREFIX + "cache-ttl",
          ConfigType.duration(Duration.ofSeconds(1), AppFeatures.MAX_CACHE_TTL),
          "30m",
          "1h",
          "How long the last event of a cache channel is sent to those who subscribe; later they"
              + " get pusher:cache_miss. The channel's retention may end it earlier.");

  static final ConfigKey<Duration> REPLAY =
      new ConfigKey<>(
          PREFIX + "replay",
          ConfigType.duration(Duration.ZERO, AppFeatures.MAX_REPLAY),
          "0s",
          "30s",
          "How far back clients get the events of a channel, at most 1000, when they subscribe, so"
              + " that one that was away for a shorter time misses none. All others get these"
              + " events too, some of them twice. 0s for none.");

  static final ConfigKey<String> WEBHOOK =
      new ConfigKey<>(
          PREFIX + "webhook",
          ConfigType.TEXT,
          null,
          "https://example.com/pusher/webhooks",
          "URL that is told of events in Pusher's form, signed with the app's secret: channels"
              + " occupied and vacated, members, client events, cache misses. Needs a database.");

  /** Every key of this class, in the order of the reference. */
  static final List<ConfigKey<?>> ALL =
      List.of(
          KEY,
          SECRET,
          TENANT,
          CLIENT_EVENTS,
          REPEATS,
          MAX_DATA,
          SUBSCRIPTION_COUNTS,
          WATCHLISTS,
          CACHE_TTL,
          REPLAY,
          WEBHOOK);

  private AppConfigKeys() {}
}
