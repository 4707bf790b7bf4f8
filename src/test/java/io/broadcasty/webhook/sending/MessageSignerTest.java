package io.broadcasty.webhook.sending;

import static io.broadcasty.webhook.WebhookFixtures.ACME;
import static io.broadcasty.webhook.WebhookFixtures.GLOBEX;
import static io.broadcasty.webhook.WebhookFixtures.endpoint;
import static io.broadcasty.webhook.WebhookFixtures.options;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.app.App;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.webhook.EndpointOptions;
import io.broadcasty.webhook.EndpointSecrets;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookFormat;
import io.broadcasty.webhook.WebhookSecret;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MessageSignerTest {

  private static final MasterKeys KEYS = new MasterKeys(List.of(new byte[MasterKeys.KEY_BYTES]));
  private static final App APP =
      new App(
          "1001",
          List.of(new App.Credential("278d425bdf160c739803", "7ad3773142a6692b25b8")),
          ACME,
          false,
          true,
          10_240);

  private final MessageSigner signer =
      new MessageSigner(KEYS, id -> id.equals("1001") ? APP : null);

  private static EndpointSecrets secrets(String current, String previous, long until) {
    return new EndpointSecrets(
        KEYS.currentId(),
        KEYS.encrypt(current, "one"),
        previous.isEmpty() ? "" : KEYS.encrypt(previous, "one"),
        until);
  }

  private static WebhookEndpoint with(WebhookFormat format, EndpointSecrets secrets) {
    EndpointOptions options =
        new EndpointOptions(
            "https://example.com/",
            "",
            format,
            format == WebhookFormat.PUSHER ? "1001" : "",
            Set.of(),
            "",
            0);
    WebhookEndpoint plain = endpoint("one", ACME, options);
    return plain.with(options, secrets, WebhookEndpoint.State.ACTIVE, 1);
  }

  private static String signature(Map<String, String> headers) {
    return headers.getOrDefault("webhook-signature", "");
  }

  /** The vector of the Standard Webhooks libraries. */
  @Test
  void signsLikeTheLibrariesOfTheStandard() {
    Map<String, String> headers =
        MessageSigner.standard(
            List.of(new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
            false,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330_000L,
            "{\"test\": 2432232314}");
    assertEquals(
        Map.of(
            "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp", "1614265330",
            "webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        headers);
  }

  @Test
  void twoSecretsSignWhileOneReplacesTheOther() throws Exception {
    SecureRandom random = new SecureRandom();
    String one = WebhookSecret.create(WebhookFormat.STANDARD, random).text();
    String two = WebhookSecret.create(WebhookFormat.STANDARD, random).text();
    MessageSigner.Signing signing =
        signer.of(with(WebhookFormat.STANDARD, secrets(two, one, 5000)));
    String both = signature(signing.headers("m", 4999, "{}"));
    assertEquals(2, both.split(" ").length, both);
    String later = signature(signing.headers("m", 5000, "{}"));
    assertEquals(1, later.split(" ").length, later);
    assertEquals(
        MessageSigner.standard(List.of(new WebhookSecret(two)), false, "m", 5000, "{}")
            .get("webhook-signature"),
        later);
  }

  @Test
  void signsByEd25519() throws Exception {
    WebhookSecret pair = WebhookSecret.create(WebhookFormat.STANDARD_ED25519, new SecureRandom());
    Map<String, String> headers =
        signer
            .of(with(WebhookFormat.STANDARD_ED25519, secrets(pair.text(), "", 0)))
            .headers("msg_1", 7000, "{\"a\":1}");
    String signature = signature(headers);
    assertTrue(signature.startsWith("v1a,"), signature);
    byte[] key = Base64.getDecoder().decode(pair.verifier().substring("whpk_".length()));
    assertEquals(32, key.length);
    Signature verifier = Signature.getInstance("Ed25519");
    byte[] encoded =
        HexFormat.of().parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(key));
    verifier.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    verifier.update("msg_1.7.{\"a\":1}".getBytes(UTF_8));
    assertTrue(verifier.verify(Base64.getDecoder().decode(signature.substring(4))));
  }

  /** The vector is Pusher's for signatures; a body is signed alike. */
  @Test
  void signsLikePusherWithTheSecretOfTheApp() throws Exception {
    Map<String, String> headers =
        signer
            .of(with(WebhookFormat.PUSHER, EndpointSecrets.NONE))
            .headers("msg_1", 1, "1234.1234:private-foobar");
    assertEquals("278d425bdf160c739803", headers.get("X-Pusher-Key"));
    assertEquals(
        "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4",
        headers.get("X-Pusher-Signature"));
  }

  @Test
  void anAppOfAnotherTenantSignsNothing() {
    WebhookEndpoint foreign =
        endpoint("one", GLOBEX, with(WebhookFormat.PUSHER, EndpointSecrets.NONE).options());
    assertThrows(MessageSigner.UnsignableException.class, () -> signer.of(foreign));
    assertThrows(
        MessageSigner.UnsignableException.class,
        () -> signer.of(endpoint("one", ACME, options("https://example.com/"))));
  }

  @Test
  void aSecretOfTheReceiverHasTheRightLength() {
    assertTrue(WebhookSecret.isSymmetric("whsec_" + "A".repeat(32)));
    assertFalse(WebhookSecret.isSymmetric("whsec_" + "A".repeat(28)));
    assertFalse(WebhookSecret.isSymmetric("whsec_" + "A".repeat(88)));
    assertFalse(WebhookSecret.isSymmetric("whsec_?"));
    assertFalse(WebhookSecret.isSymmetric("A".repeat(32)));
  }
}
