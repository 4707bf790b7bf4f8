package io.broadcasty.transport.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The service worker and the public key that browsers need for Web Push, the same for everybody.
 */
public final class PushAssets {

  private final @Nullable String publicKey;
  private final String serviceWorker = loadScript();

  /**
   * Loads the service worker.
   *
   * @param publicKey the key that browsers subscribe with, in base64url; null without Web Push
   */
  public PushAssets(@Nullable String publicKey) {
    this.publicKey = publicKey;
  }

  public @Nullable String publicKey() {
    return publicKey;
  }

  String serviceWorker() {
    return serviceWorker;
  }

  private static String loadScript() {
    try (InputStream in = PushAssets.class.getResourceAsStream("sw.js")) {
      if (in == null) {
        throw new IllegalStateException("The WAR lacks sw.js");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
