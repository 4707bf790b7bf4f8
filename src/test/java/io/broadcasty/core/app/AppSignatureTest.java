package io.broadcasty.core.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares signatures with those of Pusher's documents, which openssl computes too. */
class AppSignatureTest {

  private static final App.Credential KEY =
      new App.Credential("278d425bdf160c739803", "7ad3773142a6692b25b8");
  private static final App.Credential NEXT = new App.Credential("next", "another");
  private static final App APP =
      new App("3", List.of(KEY, NEXT), new TenantId("acme"), true, true, 10_240);

  @Test
  void signsSubscriptions() {
    assertEquals(
        "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4",
        AppSignature.auth(KEY, AppSignature.subscription("1234.1234", "private-foobar")));
    assertEquals(
        "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80",
        AppSignature.of(
            KEY.secret(),
            AppSignature.presence(
                "1234.1234",
                "presence-foobar",
                "{\"user_id\":10,\"user_info\":{\"name\":\"Mr. Channels\"}}")));
  }

  @Test
  void signsSignIns() {
    assertEquals(
        "4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba",
        AppSignature.of(KEY.secret(), AppSignature.signin("1234.1234", "{\"id\":\"12345\"}")));
  }

  @Test
  void verifiesEachValidKeyAndNoOther() {
    for (App.Credential each : List.of(KEY, NEXT)) {
      assertTrue(
          AppSignature.isValid(APP, "1.1:private-a", AppSignature.auth(each, "1.1:private-a")));
    }
    String signature = AppSignature.of(KEY.secret(), "1.1:private-a");
    for (String wrong :
        List.of(
            "",
            ":",
            signature,
            ":" + signature,
            NEXT.key() + ":" + signature,
            KEY.key() + ":",
            KEY.key() + ":" + signature.toUpperCase(java.util.Locale.ROOT),
            KEY.key() + ":" + signature + "0",
            KEY.key() + "::" + signature)) {
      assertFalse(AppSignature.isValid(APP, "1.1:private-a", wrong), wrong);
    }
  }

  @Test
  void verifiesARequestOfPushersDocuments() {
    byte[] body =
        "{\"name\":\"foo\",\"channels\":[\"project-3\"],\"data\":\"{\\\"some\\\":\\\"data\\\"}\"}"
            .getBytes(StandardCharsets.UTF_8);
    assertEquals("ec365a775a4cd0599faeb73354201b6f", Hashes.md5Hex(body, body.length));
    String query =
        "auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0"
            + "&body_md5=ec365a775a4cd0599faeb73354201b6f"
            + "&auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
    assertTrue(AppRequest.of("POST", "/apps/3/events", "", query).isSignedBy(KEY.secret()));
    assertTrue(
        AppRequest.of("POST", "/realtime/apps/3/events", "/realtime", query)
            .isSignedBy(KEY.secret()),
        "signed without the path of the application");
    assertFalse(AppRequest.of("GET", "/apps/3/events", "", query).isSignedBy(KEY.secret()));
    assertFalse(AppRequest.of("POST", "/apps/4/events", "", query).isSignedBy(KEY.secret()));
    assertFalse(
        AppRequest.of("POST", "/apps/3/events", "", query + "&more=1").isSignedBy(KEY.secret()));
    assertFalse(AppRequest.of("POST", "/apps/3/events", "", query).isSignedBy(NEXT.secret()));
    assertFalse(AppRequest.of("POST", "/apps/3/events", "", null).isSignedBy(KEY.secret()));
  }

  /** Libraries sign names and values as they are, and send them escaped. */
  @Test
  void verifiesParametersThatAreEscapedOnTheirWay() {
    String path = "/apps/3/channels/presence-a;b@c";
    String text = "GET\n" + path + "\nauth_key=k&filter=a b,c&info=user_count,cache";
    String query =
        "Info=user_count%2Ccache&filter=a%20b&filter=c&auth_key=k&auth_signature="
            + AppSignature.of(KEY.secret(), text);
    assertTrue(AppRequest.of("GET", path, "", query).isSignedBy(KEY.secret()));
    assertTrue(
        AppRequest.of("GET", "/apps/3/channels/presence-a%3Bb%40c", "", query)
            .isSignedBy(KEY.secret()));
  }
}
