package io.broadcasty.admin.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.hash.Hashes;
import io.broadcasty.wire.Vectors;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tests signatures with the vectors of the protocol. */
class KeySignatureTest {

  @TestFactory
  Stream<DynamicTest> signsAsTheVectorsSay() {
    return Vectors.each("vectors/signed-requests.json", "requests", KeySignatureTest::check);
  }

  private static String text(Map<String, Object> vector, String field) {
    return (String) Objects.requireNonNull(vector.get(field), field);
  }

  private static void check(Map<String, Object> vector) {
    byte[] body = text(vector, "body").getBytes(StandardCharsets.UTF_8);
    assertEquals(text(vector, "bodySha256"), Hashes.sha256Hex(body));
    KeySecret secret = KeySecret.parse(text(vector, "secret"));
    assertNotNull(secret);
    SignedRequest request =
        new SignedRequest(
            secret.keyId(),
            text(vector, "signature"),
            text(vector, "method"),
            text(vector, "path"),
            (@Nullable String) vector.get("query"),
            text(vector, "bodySha256"),
            text(vector, "timestamp"),
            text(vector, "nonce"));
    assertEquals(text(vector, "signedText"), request.signedText());
    assertEquals(text(vector, "signature"), KeySignature.of(request, secret));
    assertTrue(KeySignature.isOf(request, secret));
    assertFalse(KeySignature.isOf(request, new KeySecret(secret.keyId(), "another")));
    assertTrue(request.hasSigned(body, body.length));
    assertEquals(
        SignedRequest.SCHEME
            + " key="
            + secret.keyId()
            + ", signature="
            + text(vector, "signature"),
        text(vector, "authorization"));
  }

  @Test
  void signsOnlyTheRequestAndWithTheSecret() {
    KeySecret secret = new KeySecret("5f2c1b7a90d34e68", "one");
    SignedRequest request =
        new SignedRequest(secret.keyId(), "", "GET", "/a", null, "hash", "1790000000", "nonce");
    String signature = KeySignature.of(request, secret);
    SignedRequest shifted =
        new SignedRequest(secret.keyId(), "", "GET", "/a", "", "hash", "1790000000", "nonce");
    assertEquals(signature, KeySignature.of(shifted, secret), "an empty query is none");
    SignedRequest moved =
        new SignedRequest(secret.keyId(), "", "GET", "/", "a", "hash", "1790000000", "nonce");
    assertNotEquals(signature, KeySignature.of(moved, secret));
    KeySecret other = new KeySecret(secret.keyId(), "two");
    assertNotEquals(signature, KeySignature.of(request, other));
    assertFalse(KeySignature.isOf(request, secret), "it has no signature");
  }

  /** The protocol shows the first vector, so that a reader can follow it. */
  @Test
  void theProtocolShowsTheFirstVector() throws Exception {
    String protocol;
    try (InputStream in = KeySignatureTest.class.getResourceAsStream("/protocol/PROTOCOL.md")) {
      protocol = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    Map<String, Object> first =
        Vectors.objects(Vectors.file("vectors/signed-requests.json"), "requests").get(0);
    for (String field : new String[] {"signedText", "body", "secret", "authorization"}) {
      assertTrue(protocol.contains(text(first, field)), field);
    }
  }
}
