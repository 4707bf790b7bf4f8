package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.DocumentPage;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * An OpenID Connect provider of other people's making, which runs beside the tests. Its users are
 * {@code ann} of the tenant {@code acme}, {@code bob} of {@code beta}, and {@code eve}, whose token
 * claims a tenant that its issuer may not speak for.
 */
interface OidcServer extends AutoCloseable {

  /** Waits until it answers. */
  void awaitReady();

  /** Returns the settings that take its tokens: those of its page, at its address. */
  Map<String, String> settings();

  /** Signs a user in, in a browser of its own; returns the access token for Broadcasty. */
  String signIn(String user);

  /** Has the next tokens signed with another key; those of the earlier ones stay valid. */
  void rotate();

  @Override
  void close();

  /**
   * Returns the settings of a page of docs/howto, word by word.
   *
   * @param host the address of the page's provider
   * @param own what replaces it
   */
  static Map<String, String> settingsOf(String page, String host, String own) {
    String text = new DocumentPage("docs/howto/" + page + ".md").blocks("properties").get(0);
    assertTrue(text.contains(host), text);
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(text.replace(host, own)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> settings = new TreeMap<>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    return settings;
  }
}
