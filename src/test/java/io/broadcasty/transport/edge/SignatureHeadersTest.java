package io.broadcasty.transport.edge;

import static io.broadcasty.transport.FakeServlets.fake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureHeadersTest {

  private static final String KEY = "5f2c1b7a90d34e68";
  private static final String HEX =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  private static final String SCHEME = "Broadcasty-HMAC-SHA256 ";

  private static @Nullable SignedRequest read(Map<String, String> headers) throws ProblemException {
    return SignatureHeaders.read(
        fake(
            HttpServletRequest.class,
            (name, arguments) ->
                switch (name) {
                  case "getMethod" -> "POST";
                  case "getRequestURI" -> "/broadcasty/publish";
                  case "getQueryString" -> "b=2&a=%20";
                  case "getHeaders" -> {
                    String lines = headers.get((String) arguments[0]);
                    yield Collections.enumeration(
                        lines == null ? List.of() : List.of(lines.split("\n", -1)));
                  }
                  default -> null;
                }));
  }

  private static Map<String, String> signed(String authorization) {
    return Map.of(
        "Authorization",
        authorization,
        ReplayGuard.TIMESTAMP,
        "1790000000",
        ReplayGuard.NONCE,
        "12345678",
        SignatureHeaders.BODY_HASH,
        HEX);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        SCHEME + "key=" + KEY + ", signature=",
        SCHEME + "key=\"" + KEY + "\",signature=",
        "broadcasty-hmac-sha256   key=" + KEY + " ,  signature=",
        "Basic eA==\n" + SCHEME + "key=" + KEY + ", signature=",
      })
  void readsWhatWasSigned(String authorization) throws ProblemException {
    SignedRequest request = read(signed(authorization + HEX));
    assertEquals(
        new SignedRequest(
            KEY, HEX, "POST", "/broadcasty/publish", "b=2&a=%20", HEX, "1790000000", "12345678"),
        request);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Bearer a.b.c", "Basic eA==", "Broadcasty-HMAC-SHA256", "a.b.c", "bk_", "Other x"})
  void anotherSchemeIsNotSigned(String authorization) throws ProblemException {
    assertNull(read(signed(authorization)));
    assertNull(read(Map.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "key=" + KEY,
        "key=" + KEY + ", signature=abc",
        "key=" + KEY + ", signature=" + HEX + "0",
        "key=5F2C1B7A90D34E68, signature=" + HEX,
        "key=" + KEY + ", signature=" + HEX + ", key=" + KEY,
        "key=" + KEY + ", signature=" + HEX + ", signature=" + HEX,
        "key=" + KEY + ", signature=" + HEX + ", more=1",
        "key=" + KEY + ", signature=" + HEX + "\n" + SCHEME + "key=" + KEY + ", signature=" + HEX,
        "nothing",
      })
  void refusesOtherForms(String parameters) {
    ProblemException refused =
        assertThrows(ProblemException.class, () -> read(signed(SCHEME + parameters)));
    assertEquals(Code.INVALID_REQUEST, refused.problem().code());
  }

  @Test
  void aRequestWithoutAHashHasAnEmptyBody() throws ProblemException {
    Map<String, String> headers =
        new HashMap<>(signed(SCHEME + "key=" + KEY + ", signature=" + HEX));
    headers.remove(SignatureHeaders.BODY_HASH);
    SignedRequest request = read(headers);
    assertNotNull(request);
    assertEquals(SignedRequest.EMPTY_SHA256, request.bodySha256());
    for (String bad : List.of("", "abc", HEX.toUpperCase(Locale.ROOT), HEX + "\n" + HEX)) {
      headers.put(SignatureHeaders.BODY_HASH, bad);
      assertThrows(ProblemException.class, () -> read(headers), bad);
    }
    for (String name : List.of(ReplayGuard.TIMESTAMP, ReplayGuard.NONCE)) {
      Map<String, String> without =
          new HashMap<>(signed(SCHEME + "key=" + KEY + ", signature=" + HEX));
      without.remove(name);
      assertThrows(ProblemException.class, () -> read(without), name);
    }
  }
}
