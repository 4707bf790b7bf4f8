package io.broadcasty.cluster.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.LogCapture;
import io.broadcasty.cluster.control.ControlMessage.Counts;
import io.broadcasty.cluster.control.ControlMessage.Disconnect;
import io.broadcasty.cluster.control.ControlMessage.KeysChanged;
import io.broadcasty.cluster.control.ControlMessage.PoliciesChanged;
import io.broadcasty.cluster.control.ControlMessage.Question;
import io.broadcasty.cluster.control.ControlMessage.RevocationLifted;
import io.broadcasty.cluster.control.ControlMessage.Revoked;
import io.broadcasty.cluster.control.ControlMessage.SettingsChanged;
import io.broadcasty.core.tenant.TenantId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFormatTest {

  private final ControlFormat format = new ControlFormat();

  /** The format of this version must stay readable for all later ones. */
  @Test
  void writesAndReadsVersionOne() {
    Disconnect disconnect = new Disconnect(new TenantId("acme"), "ann", "t", "k", "unauthorized");
    String text =
        "{\"v\":1,\"kind\":\"disconnect\",\"tenant\":\"acme\",\"subject\":\"ann\",\"tokenId\":\"t\","
            + "\"keyId\":\"k\",\"code\":\"unauthorized\"}";
    assertEquals(text, format.write(disconnect));
    assertEquals(disconnect, format.read(text));
    String changed = "{\"v\":1,\"kind\":\"settings\"}";
    assertEquals(changed, format.write(new SettingsChanged(null)));
    assertEquals(new SettingsChanged(null), format.read(changed));
    String key = "{\"v\":1,\"kind\":\"keys\",\"keyId\":\"k\"}";
    assertEquals(key, format.write(new KeysChanged("k")));
    assertEquals(new KeysChanged("k"), format.read(key));
    Revoked revoked = new Revoked(new TenantId("acme"), "user", "ann", 17, 18);
    String revocation =
        "{\"v\":1,\"kind\":\"revoked\",\"tenant\":\"acme\",\"target\":\"user\",\"name\":\"ann\","
            + "\"issuedBefore\":17,\"expiresAt\":18}";
    assertEquals(revocation, format.write(revoked));
    assertEquals(revoked, format.read(revocation));
    RevocationLifted lifted = new RevocationLifted(new TenantId("acme"), "tenant", "");
    String lift =
        "{\"v\":1,\"kind\":\"revocation-lifted\",\"tenant\":\"acme\",\"target\":\"tenant\","
            + "\"name\":\"\"}";
    assertEquals(lift, format.write(lifted));
    assertEquals(lifted, format.read(lift));
    assertEquals(new KeysChanged(null), format.read(format.write(new KeysChanged(null))));
    String policies = "{\"v\":1,\"kind\":\"policies\",\"tenant\":\"acme\"}";
    PoliciesChanged ofAcme = new PoliciesChanged(new TenantId("acme"));
    assertEquals(policies, format.write(ofAcme));
    assertEquals(ofAcme, format.read(policies));
    Question question = new Question("q-1", "n1", "channels", "{\"tenant\":\"acme\"}");
    String asked =
        "{\"v\":1,\"kind\":\"question\",\"id\":\"q-1\",\"from\":\"n1\",\"subject\":\"channels\","
            + "\"parameters\":\"{\\\"tenant\\\":\\\"acme\\\"}\"}";
    assertEquals(asked, format.write(question));
    assertEquals(question, format.read(asked));
    Counts counts = new Counts("n1", "2 cacme:news\n");
    String counted = "{\"v\":1,\"kind\":\"counts\",\"from\":\"n1\",\"text\":\"2 cacme:news\\n\"}";
    assertEquals(counted, format.write(counts));
    assertEquals(counts, format.read(counted));
    assertEquals("Counts[n1]", counts.toString());
    assertFalse(question.toString().contains("acme"), question.toString());
  }

  @Test
  void anUnknownFieldIsIgnored() {
    assertEquals(
        new SettingsChanged(new TenantId("acme")),
        format.read(
            "{\"v\":1,\"new\":{\"tenant\":[\"x\"]},\"n\":null,\"kind\":\"settings\",\"tenant\":\"acme\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"v\":1,\"kind\":\"rotated\",\"keyId\":\"k\"}",
        "{\"v\":2,\"kind\":\"disconnect\"}",
        "{\"kind\":\"disconnect\"}",
        "{\"v\":1}",
        "{\"v\":1,\"kind\":\"settings\",\"tenant\":\"no tenant\"}",
        "{\"v\":1,\"kind\":\"revoked\",\"tenant\":\"acme\"}",
        "[1]",
        "{\"v\":1,",
        ""
      })
  void anUnknownMessageIsIgnoredAndLoggedOnce(String text) {
    try (LogCapture log = new LogCapture(ControlFormat.class)) {
      assertNull(format.read(text));
      assertNull(format.read(text));
      assertEquals(1, log.text().lines().count(), log.text());
    }
  }

  @Test
  void theIdOfATokenIsTruncated() {
    String id = "abcdefghijklmnop";
    assertFalse(new Disconnect(null, null, id, null, "c").toString().contains(id));
  }
}
