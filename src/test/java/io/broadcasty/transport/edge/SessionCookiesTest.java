package io.broadcasty.transport.edge;

import static io.broadcasty.transport.FakeServlets.fake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the cookie, and who may send it. */
class SessionCookiesTest {

  private static final String PROXY = "10.0.0.1";

  /** Settings of the edge that name one proxy. */
  static final EdgeSettings SETTINGS = settings();

  private final SessionCookies cookies = cookies("https://app.example", "https://*.app.example");
  private final SessionCookies ofAny = cookies("*");

  private static SessionCookies cookies(String... origins) {
    return new SessionCookies(settings(origins));
  }

  private static EdgeSettings settings(String... origins) {
    return new EdgeSettings(
        List.of(origins),
        List.of(),
        List.of(PROXY),
        64,
        1000,
        1000,
        false,
        Duration.ofMinutes(1),
        new MetricsAccess(true, false, null),
        TestBodies.SETTINGS,
        false,
        false,
        null);
  }

  static HttpServletRequest request(boolean tls, String... headers) {
    Map<String, String> all = new HashMap<>();
    all.put("Host", "rt.example");
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return fake(
        HttpServletRequest.class,
        (name, arguments) ->
            switch (name) {
              case "isSecure" -> tls;
              case "getContextPath" -> "";
              case "getRequestURI" -> "/broadcasty/publish";
              case "getRemoteAddr" -> PROXY;
              case "getHeader" -> all.get((String) arguments[0]);
              case "getHeaders" ->
                  Collections.enumeration(
                      all.containsKey((String) arguments[0])
                          ? List.of(all.get((String) arguments[0]))
                          : List.of());
              default -> null;
            });
  }

  @Test
  void theCookieIsForThisHostOverTlsAndForNoScript() throws Exception {
    assertEquals(
        "__Host-broadcasty=a.b.c; Path=/; Max-Age=300; HttpOnly; SameSite=Strict; Secure",
        cookies.begin(request(true), "a.b.c", 300));
    String secure = "__Host-broadcasty=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure";
    assertEquals(secure, cookies.end(request(true)));
    assertEquals(secure, cookies.end(request(false, "X-Forwarded-Proto", "https")));
    assertEquals(secure, cookies.end(request(false, "Origin", "https://rt.example")));
    assertEquals(
        "broadcasty=a.b.c; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
        cookies.begin(request(false), "a.b.c", -1));
  }

  @Test
  void aTokenThatACookieCannotHoldIsRefused() {
    ProblemException large =
        assertThrows(
            ProblemException.class, () -> cookies.begin(request(true), "a".repeat(3801), 1));
    assertEquals(Code.PAYLOAD_TOO_LARGE, large.problem().code());
    for (String hostile : List.of("a; Domain=evil", "a\r\nX: y", "", "a b", "é")) {
      assertThrows(ProblemException.class, () -> cookies.begin(request(true), hostile, 1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true  | __Host-broadcasty=t                  | t",
        "false | __Host-broadcasty=t                  | t",
        "false | a=b; broadcasty=t; broadcasty=u      | t",
        "true  | broadcasty=t                         | ",
        "true  | broadcasty=u; __Host-broadcasty=t    | t",
        "false | x__Host-broadcasty=t                 | ",
        "false | broadcasty                           | ",
        "false | broadcasty=                          | ",
        "false | a=broadcasty=t                       | ",
      })
  void readsTheCookieThatNobodyElseCanSet(boolean tls, String header, String token) {
    assertEquals(token, cookies.token(request(tls, "Cookie", header)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://rt.example          | true",
        "http://rt.example           | true",
        "https://app.example         | true",
        "https://a.app.example       | true",
        "https://evil.example        | false",
        "https://rt.example.evil     | false",
        "null                        | false",
      })
  void onlyPagesOfThisServerOrListedOriginsMaySendIt(String origin, boolean allowed) {
    Problem refusal = cookies.refusal(request(true, "Origin", origin), true);
    assertEquals(allowed, refusal == null);
    assertEquals(allowed, cookies.refusal(request(true, "Origin", origin), false) == null);
  }

  @Test
  void aStarIsNoListedOrigin() {
    assertNotNull(ofAny.refusal(request(true, "Origin", "https://evil.example"), true));
    assertNull(ofAny.refusal(request(true, "Origin", "https://rt.example"), true));
  }

  @Test
  void withoutAnOriginOnlyReadingFromTheSameSiteIsAllowed() {
    assertNotNull(cookies.refusal(request(true), true));
    assertNull(cookies.refusal(request(true), false));
    assertNull(cookies.refusal(request(true, "Sec-Fetch-Site", "same-origin"), false));
    assertNotNull(cookies.refusal(request(true, "Sec-Fetch-Site", "cross-site"), false));
  }
}
