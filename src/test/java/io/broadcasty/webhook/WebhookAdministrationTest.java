package io.broadcasty.webhook;

import static io.broadcasty.webhook.WebhookFixtures.ACME;
import static io.broadcasty.webhook.WebhookFixtures.GLOBEX;
import static io.broadcasty.webhook.WebhookFixtures.channel;
import static io.broadcasty.webhook.WebhookFixtures.endpoint;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.app.App;
import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.webhook.jdbc.JdbcWebhookEndpoints;
import io.broadcasty.webhook.jdbc.JdbcWebhookOutbox;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebhookAdministrationTest {

  private static final byte[] OLD = new byte[MasterKeys.KEY_BYTES];
  private static final byte[] NEW =
      "n".repeat(MasterKeys.KEY_BYTES).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  private static final MasterKeys KEYS = new MasterKeys(List.of(OLD));
  private static final App APP =
      new App("1001", List.of(new App.Credential("key", "secret")), ACME, false, true, 10_240);

  private final ManualTime time = new ManualTime();
  private final Database database =
      Database.open(
          new DatabaseSettings(
              "jdbc:h2:mem:hooks" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", null, 2));
  private final WebhookEndpoints endpoints = new JdbcWebhookEndpoints(database, time);
  private final WebhookOutbox outbox = new JdbcWebhookOutbox(database, time);
  private final List<String> noted = new ArrayList<>();
  private final WebhookAdministration administration = administration(KEYS);
  private final DeliveryAdministration deliveries =
      new DeliveryAdministration(
          new DeliveryAdministration.Stores(endpoints, outbox), time, noted::add);

  private WebhookAdministration administration(MasterKeys keys) {
    return new WebhookAdministration(
        endpoints,
        new EndpointGuard(
            new AllowedHosts(List.of()),
            host ->
                List.of(InetAddress.getByName(host.startsWith("inside") ? "10.0.0.1" : "8.8.8.8"))),
        id -> id.equals("1001") ? APP : null,
        keys,
        time);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static EndpointOptions options(WebhookFormat format, String url) {
    return new EndpointOptions(
        url, "", format, format == WebhookFormat.PUSHER ? "1001" : "", Set.of(), "", 0);
  }

  private WebhookOutcome.Issued create(WebhookFormat format) {
    return assertInstanceOf(
        WebhookOutcome.Issued.class,
        administration.create(
            ACME,
            options(format, "https://example.com/hook"),
            null,
            each -> noted.add("created " + each)));
  }

  private void assertInvalid(String part, WebhookOutcome outcome) {
    String reason = assertInstanceOf(WebhookOutcome.Invalid.class, outcome).reason();
    assertTrue(reason.contains(part), reason);
  }

  private WebhookOutcome create(EndpointOptions options, @Nullable String secret) {
    return administration.create(ACME, options, secret, each -> {});
  }

  private String secretOf(WebhookEndpoint endpoint) throws Exception {
    return KEYS.decrypt(endpoint.secrets().keyId(), endpoint.secrets().secret(), endpoint.id());
  }

  @Test
  void theSecretIsShownOnceAndStoredEncrypted() throws Exception {
    WebhookOutcome.Issued issued = create(WebhookFormat.STANDARD);
    assertTrue(issued.verifier().startsWith("whsec_"), issued.verifier());
    assertFalse(issued.toString().contains("whsec_"));
    WebhookEndpoint stored = Objects.requireNonNull(endpoints.find(issued.endpoint().id()));
    assertEquals(issued.verifier(), secretOf(stored));
    assertFalse(stored.secrets().secret().contains(issued.verifier()));
    assertEquals(List.of("created " + stored), noted);
    assertTrue(create(WebhookFormat.STANDARD_ED25519).verifier().startsWith("whpk_"));
    assertEquals("", create(WebhookFormat.PUSHER).verifier());
  }

  @Test
  void aReceiverMayKeepItsSecret() throws Exception {
    String own = "whsec_" + "A".repeat(32);
    WebhookOutcome.Issued issued =
        assertInstanceOf(
            WebhookOutcome.Issued.class,
            create(options(WebhookFormat.STANDARD, "https://example.com/"), own));
    assertEquals(own, secretOf(issued.endpoint()));
    assertInvalid(
        "`secret`", create(options(WebhookFormat.STANDARD, "https://example.com/"), "whsec_A"));
    assertInvalid(
        "`secret`", create(options(WebhookFormat.STANDARD_ED25519, "https://example.com/"), own));
  }

  @Test
  void refusesWhatCannotBeAnEndpoint() {
    assertInvalid("https", create(options(WebhookFormat.STANDARD, "http://example.com/"), null));
    assertInvalid(
        "public", create(options(WebhookFormat.STANDARD, "https://inside.example.com/"), null));
    assertInvalid(
        "`app`",
        administration.create(
            GLOBEX, options(WebhookFormat.PUSHER, "https://example.com/"), null, each -> {}));
    assertInvalid(
        "`app`",
        create(
            new EndpointOptions(
                "https://example.com/", "", WebhookFormat.STANDARD, "1001", Set.of(), "", 0),
            null));
    assertInvalid(
        "endpoint.disabled",
        create(
            new EndpointOptions(
                "https://example.com/",
                "",
                WebhookFormat.PUSHER,
                "1001",
                Set.of(WebhookEventType.ENDPOINT_DISABLED),
                "",
                0),
            null));
    assertInvalid(
        "`channels`",
        create(
            new EndpointOptions(
                "https://example.com/", "", WebhookFormat.STANDARD, "", Set.of(), "a b", 0),
            null));
    assertInvalid(
        "ratePerSecond",
        create(
            new EndpointOptions(
                "https://example.com/", "", WebhookFormat.STANDARD, "", Set.of(), "", 1001),
            null));
  }

  @Test
  void aTenantSeesAndChangesNothingOfAnother() {
    String id = create(WebhookFormat.STANDARD).endpoint().id();
    EndpointChange pause =
        new EndpointChange(null, null, null, null, null, WebhookEndpoint.State.PAUSED);
    for (WebhookOutcome outcome :
        List.of(
            administration.find(GLOBEX, id),
            administration.update(GLOBEX, id, pause, each -> {}),
            administration.rotate(GLOBEX, id, Duration.ZERO, true, each -> {}),
            administration.delete(GLOBEX, id, each -> {}),
            deliveries.list(GLOBEX, id, null, Long.MAX_VALUE, 10),
            deliveries.find(GLOBEX, id, "msg_1"),
            deliveries.resend(GLOBEX, id, "msg_1"),
            deliveries.resendSince(GLOBEX, id, null, 0),
            deliveries.test(GLOBEX, id))) {
      assertInstanceOf(WebhookOutcome.Missing.class, outcome);
    }
    assertEquals(
        List.of(),
        assertInstanceOf(WebhookOutcome.Page.class, administration.list(GLOBEX, "", 10))
            .endpoints());
    assertInstanceOf(WebhookOutcome.Found.class, administration.find(null, id));
  }

  @Test
  void twoSecretsAreValidWhileOneIsReplaced() throws Exception {
    WebhookOutcome.Issued first = create(WebhookFormat.STANDARD);
    String id = first.endpoint().id();
    WebhookOutcome.Issued second =
        assertInstanceOf(
            WebhookOutcome.Issued.class,
            administration.rotate(ACME, id, Duration.ofHours(1), false, each -> {}));
    assertNotEquals(first.verifier(), second.verifier());
    EndpointSecrets secrets = Objects.requireNonNull(endpoints.find(id)).secrets();
    assertEquals(first.verifier(), KEYS.decrypt(secrets.keyId(), secrets.previous(), id));
    assertEquals(time.nowMillis() + 3_600_000, secrets.previousUntilMillis());
    assertInstanceOf(
        WebhookOutcome.RotationPending.class,
        administration.rotate(ACME, id, Duration.ofHours(1), false, each -> {}));
    assertInstanceOf(
        WebhookOutcome.Issued.class,
        administration.rotate(ACME, id, Duration.ofHours(1), true, each -> {}));
    secrets = Objects.requireNonNull(endpoints.find(id)).secrets();
    assertEquals(
        first.verifier(),
        KEYS.decrypt(secrets.keyId(), secrets.previous(), id),
        "the one that the receiver knows");
    assertInvalid(
        "app",
        administration.rotate(
            ACME, create(WebhookFormat.PUSHER).endpoint().id(), Duration.ZERO, false, each -> {}));
  }

  @Test
  void secretsFollowTheMasterKey() throws Exception {
    WebhookOutcome.Issued issued = create(WebhookFormat.STANDARD);
    MasterKeys both = new MasterKeys(List.of(NEW, OLD));
    assertEquals(new WebhookOutcome.Encrypted(1, 0), administration(both).rotateMaster());
    assertEquals(new WebhookOutcome.Encrypted(0, 0), administration(both).rotateMaster());
    EndpointSecrets secrets =
        Objects.requireNonNull(endpoints.find(issued.endpoint().id())).secrets();
    assertEquals(
        issued.verifier(),
        new MasterKeys(List.of(NEW))
            .decrypt(secrets.keyId(), secrets.secret(), issued.endpoint().id()));
    assertEquals(
        new WebhookOutcome.Encrypted(0, 1),
        administration(
                new MasterKeys(
                    List.of("x".repeat(32).getBytes(java.nio.charset.StandardCharsets.US_ASCII))))
            .rotateMaster());
  }

  @Test
  void whatIsConfiguredCanOnlyBePaused() {
    endpoints.configure(
        List.of(
            new WebhookEndpoint(
                "app-1001",
                ACME,
                options(WebhookFormat.PUSHER, "https://example.com/"),
                EndpointSecrets.NONE,
                WebhookEndpoint.State.ACTIVE,
                true,
                0,
                1,
                1,
                1)));
    assertInvalid("configuration", administration.delete(ACME, "app-1001", each -> {}));
    assertInvalid(
        "configuration",
        administration.update(
            ACME,
            "app-1001",
            new EndpointChange("https://other.example.com/", null, null, null, null, null),
            each -> {}));
    WebhookOutcome.Found paused =
        assertInstanceOf(
            WebhookOutcome.Found.class,
            administration.update(
                ACME,
                "app-1001",
                new EndpointChange(null, null, null, null, null, WebhookEndpoint.State.PAUSED),
                each -> {}));
    assertEquals(WebhookEndpoint.State.PAUSED, paused.endpoint().state());
  }

  @Test
  void messagesAreShownAndSentAgain() {
    String id = create(WebhookFormat.STANDARD).endpoint().id();
    WebhookOutcome.Delivery test =
        assertInstanceOf(WebhookOutcome.Delivery.class, deliveries.test(ACME, id));
    assertTrue(test.delivery().body().contains("\"type\":\"webhook.test\""));
    outbox.add(
        List.of(
            WebhookFixtures.message(
                WebhookEvent.of(WebhookEventType.CHANNEL_OCCUPIED, channel("a"), time.nowMillis()),
                endpoint(id))));
    WebhookOutcome.Deliveries page =
        assertInstanceOf(
            WebhookOutcome.Deliveries.class, deliveries.list(ACME, id, null, Long.MAX_VALUE, 1));
    assertTrue(page.more());
    String message = page.deliveries().get(0).messageId();
    noted.clear();
    assertInstanceOf(WebhookOutcome.Resent.class, deliveries.resend(ACME, id, message));
    assertEquals(List.of(id), noted, "the sender is woken");
    assertInstanceOf(WebhookOutcome.Missing.class, deliveries.resend(ACME, id, "msg_other"));
    assertEquals(
        0,
        assertInstanceOf(WebhookOutcome.Resent.class, deliveries.resendSince(ACME, id, null, 0))
            .count(),
        "those that wait are left alone");
    assertInstanceOf(WebhookOutcome.Deleted.class, administration.delete(ACME, id, each -> {}));
    assertInstanceOf(WebhookOutcome.Missing.class, deliveries.find(ACME, id, message));
  }

  @Test
  void aDeletedTenantLeavesNoEndpoint() {
    String id = create(WebhookFormat.STANDARD).endpoint().id();
    endpoints.insert(endpoint("wh_00000000000000aa", GLOBEX, WebhookFixtures.options("x")));
    assertTrue(administration.deleteAll(ACME));
    assertInstanceOf(WebhookOutcome.Missing.class, administration.find(null, id));
    assertInstanceOf(
        WebhookOutcome.Found.class, administration.find(GLOBEX, "wh_00000000000000aa"));
  }

  @Test
  void withoutADatabaseOrAMasterKeyItIsSaidWhy() {
    WebhookAdministration none =
        new WebhookAdministration(
            null,
            new EndpointGuard(new AllowedHosts(List.of()), host -> List.of()),
            id -> null,
            KEYS,
            time);
    assertInstanceOf(WebhookOutcome.Off.class, none.list(ACME, "", 10));
    assertInstanceOf(
        WebhookOutcome.Off.class,
        new DeliveryAdministration(null, time, each -> {}).test(ACME, "wh_0000000000000000"));
    assertInstanceOf(
        WebhookOutcome.Off.class,
        administration(MasterKeys.NONE)
            .create(
                ACME, options(WebhookFormat.STANDARD, "https://example.com/"), null, each -> {}));
    close();
    assertInstanceOf(WebhookOutcome.Unavailable.class, administration.list(ACME, "", 10));
  }
}
