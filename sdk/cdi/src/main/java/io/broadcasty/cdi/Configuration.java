package io.broadcasty.cdi;

import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Reads the keys {@code broadcasty.client.…} from MicroProfile Config or, on a server without it,
 * from system properties and the environment.
 */
final class Configuration {

  static final String URL = "broadcasty.client.url";
  static final String TOKEN = "broadcasty.client.token";
  static final String SECRET = "broadcasty.client.secret";
  static final String VIA = "broadcasty.client.via";
  static final String DATASOURCE = "broadcasty.client.datasource";

  /** Which way publications take. */
  enum Via {
    AUTO,
    LOCAL,
    HTTP,
    OUTBOX
  }

  private Configuration() {}

  /** Returns a value; empty if there is none, or a blank one. */
  static Optional<String> get(String key) {
    return find(key).map(String::strip).filter(value -> !value.isEmpty());
  }

  private static Optional<String> find(String key) {
    try {
      return ConfigProvider.getConfig().getOptionalValue(key, String.class);
    } catch (LinkageError | IllegalStateException e) { // no MicroProfile Config, or only its API
      String property = System.getProperty(key);
      return Optional.ofNullable(
          property == null
              ? System.getenv(key.replace('.', '_').toUpperCase(Locale.ROOT))
              : property);
    }
  }

  /** Returns which way publications take. */
  static Via via() {
    String text = get(VIA).orElse("auto");
    try {
      return Via.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new PublishException(
          PublishException.NOT_CONFIGURED,
          VIA + " is " + text + "; it must be auto, local, http or outbox");
    }
  }
}
