package io.broadcasty.server.config;

import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.http.RefusedEndpointException;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the apps of the Pusher protocol. The keys of an app are written {@code
 * broadcasty.apps.{id}.key}, where the id consists of digits, so that the environment variable
 * {@code BROADCASTY_APPS_1001_KEY} names it too.
 */
final class AppReader {

  private static final String ENVIRONMENT_PREFIX = "BROADCASTY_APPS_";
  private static final Pattern NAME = Pattern.compile(ENVIRONMENT_PREFIX + "([0-9]{1,20})_(.+)");
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int MAX_CREDENTIALS = 2;

  private final SettingsReader reader;
  private final EndpointGuard guard;

  /**
   * @param guard says where webhooks may go
   */
  AppReader(SettingsReader reader, EndpointGuard guard) {
    this.reader = reader;
    this.guard = guard;
  }

  /** Returns whether a name is that of an app's key, valid or not. */
  static boolean isAppKey(String name) {
    return ConfigKey.environmentName(name).startsWith(ENVIRONMENT_PREFIX);
  }

  /**
   * Reads the apps.
   *
   * @param names of all keys that are set
   */
  Apps read(Set<String> names) {
    Set<String> ids = new TreeSet<>();
    for (String name : new TreeSet<>(names)) {
      if (!isAppKey(name)) {
        continue;
      }
      Matcher parts = NAME.matcher(ConfigKey.environmentName(name));
      if (!parts.matches()) {
        reader.fault(
            name
                + ": the keys of an app are written broadcasty.apps.{id}.key, where the id consists"
                + " of up to 20 digits");
      } else if (AppConfigKeys.ALL.stream().noneMatch(key -> isKey(key, parts.group(2)))) {
        reader.fault(name + ": there is no such key for apps; there are " + suffixes());
      } else {
        ids.add(parts.group(1));
      }
    }
    List<App> apps = new ArrayList<>();
    for (String id : ids) {
      App app = app(id);
      if (app != null) {
        apps.add(app);
      }
    }
    try {
      return new Apps(apps);
    } catch (IllegalArgumentException e) {
      reader.fault("broadcasty.apps: " + e.getMessage());
      return Apps.NONE;
    }
  }

  private static boolean isKey(ConfigKey<?> key, String variable) {
    return ConfigKey.environmentName(key.nameAfterId()).equals(variable);
  }

  private static String suffixes() {
    return AppConfigKeys.ALL.stream().map(ConfigKey::nameAfterId).collect(Collectors.joining(", "));
  }

  /** Returns an app; null after a fault. */
  private @Nullable App app(String id) {
    List<String> keys = reader.value(AppConfigKeys.KEY.ofId(id), List.of());
    List<String> secrets = reader.value(AppConfigKeys.SECRET.ofId(id), List.of());
    TenantId tenant = tenant(id);
    boolean valid =
        check(!keys.isEmpty(), AppConfigKeys.KEY, id, "is missing")
            && check(
                keys.stream().allMatch(key -> KEY.matcher(key).matches()),
                AppConfigKeys.KEY,
                id,
                "must be 1 to 64 letters, digits, - and _")
            && check(
                keys.size() <= MAX_CREDENTIALS,
                AppConfigKeys.KEY,
                id,
                "may be two keys while they are being replaced, not more")
            && check(
                secrets.size() == keys.size(),
                AppConfigKeys.SECRET,
                id,
                "must be set, to as many secrets as there are keys");
    if (!valid || tenant == null) {
      return null;
    }
    List<App.Credential> credentials = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      credentials.add(new App.Credential(keys.get(i), secrets.get(i)));
    }
    return new App(
        id,
        credentials,
        tenant,
        reader.value(AppConfigKeys.CLIENT_EVENTS.ofId(id), false),
        reader.value(AppConfigKeys.REPEATS.ofId(id), "refuse").equals("refuse"),
        Math.toIntExact(reader.value(AppConfigKeys.MAX_DATA.ofId(id), 1L)),
        new AppFeatures(
            reader.value(AppConfigKeys.SUBSCRIPTION_COUNTS.ofId(id), false),
            reader.value(AppConfigKeys.WATCHLISTS.ofId(id), false),
            reader.value(AppConfigKeys.CACHE_TTL.ofId(id), AppFeatures.DEFAULT_CACHE_TTL),
            reader.value(AppConfigKeys.REPLAY.ofId(id), Duration.ZERO)),
        webhook(id));
  }

  private @Nullable String webhook(String id) {
    ConfigKey<String> key = AppConfigKeys.WEBHOOK.ofId(id);
    String url = reader.value(key, "");
    if (url.isEmpty()) {
      return null;
    }
    try {
      return guard.parse(url).toString();
    } catch (RefusedEndpointException e) {
      reader.fault(key, e.getMessage() + "; see " + WebhookConfigKeys.HOSTS.name());
      return null;
    }
  }

  private boolean check(boolean valid, ConfigKey<?> key, String id, String detail) {
    if (!valid) {
      reader.fault(key.ofId(id), detail);
    }
    return valid;
  }

  private @Nullable TenantId tenant(String id) {
    ConfigKey<String> key = AppConfigKeys.TENANT.ofId(id);
    String text = reader.value(key, "");
    try {
      return new TenantId(text);
    } catch (IllegalArgumentException e) {
      reader.fault(key, text.isEmpty() ? "is missing" : String.valueOf(e.getMessage()));
      return null;
    }
  }
}
