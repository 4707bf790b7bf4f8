package io.broadcasty.webhook.sending;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppSignature;
import io.broadcasty.core.http.WebhookSignature;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.secret.SecretException;
import io.broadcasty.webhook.EndpointSecrets;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookFormat;
import io.broadcasty.webhook.WebhookSecret;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the headers by which a receiver knows that a message is genuine: of Standard Webhooks (spec
 * version 1, "Signature scheme") or of Pusher ("Webhook security").
 */
@ThreadSafe
public final class MessageSigner {

  private final MasterKeys masterKeys;

  @SuppressWarnings("ThreadSafe") // a look-up in memory
  private final Function<String, @Nullable App> apps;

  /** Signs the messages of one endpoint; for one thread. */
  interface Signing {

    /**
     * Returns the headers of a message.
     *
     * @param id the message's
     */
    Map<String, String> headers(String id, long nowMillis, String body);
  }

  /** Thrown when an endpoint has nothing to sign with; the message says what is missing. */
  static final class UnsignableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnsignableException(String message) {
      super(message);
    }
  }

  /**
   * @param apps returns the app of an id; null for none
   */
  public MessageSigner(MasterKeys masterKeys, Function<String, @Nullable App> apps) {
    this.masterKeys = masterKeys;
    this.apps = apps;
  }

  /**
   * Returns what signs for an endpoint, until the endpoint changes.
   *
   * @throws UnsignableException when its secret cannot be read, or its app does not exist
   */
  Signing of(WebhookEndpoint endpoint) throws UnsignableException {
    if (endpoint.options().format() == WebhookFormat.PUSHER) {
      String id = endpoint.options().app();
      if (app(endpoint, id) == null) {
        throw new UnsignableException("there is no app " + id);
      }
      return (message, now, body) -> pusher(app(endpoint, id), message, body);
    }
    EndpointSecrets secrets = endpoint.secrets();
    boolean pair = endpoint.options().format() == WebhookFormat.STANDARD_ED25519;
    WebhookSecret current = decrypt(endpoint, secrets.secret());
    WebhookSecret previous =
        secrets.previous().isEmpty() ? null : decrypt(endpoint, secrets.previous());
    return (message, now, body) -> {
      List<WebhookSecret> all = new ArrayList<>(List.of(current));
      if (previous != null && now < secrets.previousUntilMillis()) {
        all.add(previous);
      }
      return standard(all, pair, message, now, body);
    };
  }

  private @Nullable App app(WebhookEndpoint endpoint, String id) {
    App found = apps.apply(id);
    return found == null || !found.tenant().equals(endpoint.tenant()) ? null : found;
  }

  private WebhookSecret decrypt(WebhookEndpoint endpoint, String encrypted)
      throws UnsignableException {
    try {
      return new WebhookSecret(
          masterKeys.decrypt(endpoint.secrets().keyId(), encrypted, endpoint.id()));
    } catch (SecretException e) {
      throw new UnsignableException("the secret cannot be decrypted: " + e.getMessage());
    }
  }

  private static Map<String, String> pusher(@Nullable App app, String message, String body) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (app != null) {
      App.Credential credential = app.credentials().get(0);
      headers.put("X-Pusher-Key", credential.key());
      headers.put("X-Pusher-Signature", AppSignature.of(credential.secret(), body));
    }
    headers.put("webhook-id", message);
    return headers;
  }

  static Map<String, String> standard(
      List<WebhookSecret> secrets, boolean pair, String message, long nowMillis, String body) {
    long seconds = TimeUnit.MILLISECONDS.toSeconds(nowMillis);
    byte[] signed = WebhookSignature.signed(message, seconds, body);
    List<String> signatures = new ArrayList<>();
    for (WebhookSecret each : secrets) {
      signatures.add(
          pair
              ? "v1a," + Base64.getEncoder().encodeToString(ed25519(each, signed))
              : WebhookSignature.sign(each.signingBytes(), signed));
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("webhook-id", message);
    headers.put("webhook-timestamp", Long.toString(seconds));
    headers.put("webhook-signature", String.join(" ", signatures));
    return headers;
  }

  private static byte[] ed25519(WebhookSecret secret, byte[] signed) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(
                  new EdECPrivateKeySpec(NamedParameterSpec.ED25519, secret.signingBytes())));
      signature.update(signed);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no Ed25519", e);
    }
  }
}
