package io.broadcasty.transport.edge;

import static io.broadcasty.transport.FakeServlets.fake;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what is believed of requests that come through proxies. */
class ProxyHeadersTest {

  private static final String PROXY = "10.1.2.3";

  private final ProxyHeaders headers =
      new ProxyHeaders(new ClientAddressResolver(List.of("10.0.0.0/8")));

  /** Returns a request with these lines of a header, as name and value. */
  private static HttpServletRequest request(String peer, boolean secure, String... lines) {
    return fake(
        HttpServletRequest.class,
        (name, arguments) ->
            switch (name) {
              case "getRemoteAddr" -> peer;
              case "isSecure" -> secure;
              case "getHeader" -> values(lines, arguments).stream().findFirst().orElse(null);
              case "getHeaders" -> Collections.enumeration(values(lines, arguments));
              default -> null;
            });
  }

  private static List<String> values(String[] lines, Object[] arguments) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < lines.length; i += 2) {
      if (lines[i].equalsIgnoreCase((String) arguments[0])) {
        values.add(lines[i + 1]);
      }
    }
    return values;
  }

  /** Splits what a row names: {@code X-Forwarded-Proto=https|…}. */
  private static String[] lines(String text) {
    return text.isEmpty()
        ? new String[0]
        : Arrays.stream(text.split("\\|", -1))
            .flatMap(line -> Arrays.stream(line.split("~", 2)))
            .toArray(String[]::new);
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "203.0.113.9, `X-Forwarded-Proto~https`,                                  false",
        "10.1.2.3,    ``,                                                         false",
        "10.1.2.3,    `X-Forwarded-Proto~http`,                                   false",
        "10.1.2.3,    `X-Forwarded-Proto~httpsx`,                                 false",
        "10.1.2.3,    `X-Forwarded-Proto~https`,                                  true",
        "10.1.2.3,    `X-Forwarded-Proto~HTTPS`,                                  true",
        "10.1.2.3,    `X-Forwarded-Proto~https, http`,                            true",
        "10.1.2.3,    `Forwarded~for=192.0.2.1;proto=https`,                      true",
        "10.1.2.3,    `Forwarded~for=192.0.2.1;Proto=\"https\"`,                  true",
        "10.1.2.3,    `Forwarded~for=\"proto=https\"`,                            false",
        "203.0.113.9, `Forwarded~proto=https`,                                    false",
      })
  void onlyATrustedProxySaysThatTheClientUsesHttps(String peer, String lines, boolean https) {
    assertEquals(https, headers.isForwardedFromHttps(request(peer, false, lines(lines))));
  }

  @ParameterizedTest(name = "{0} {1} {2}: {3}")
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "203.0.113.9, true,  ``,                                                  true",
        "203.0.113.9, false, ``,                                                  false",
        "203.0.113.9, false, `X-Forwarded-Proto~https`,                           false",
        "127.0.0.1,   false, ``,                                                  true",
        "127.8.8.8,   false, ``,                                                  true",
        "::1,         false, ``,                                                  true",
        "0:0:0:0:0:0:0:1, false, ``,                                              true",
        // a proxy on this machine whose client did not use TLS
        "127.0.0.1,   false, `X-Forwarded-Proto~http`,                            false",
        "127.0.0.1,   false, `X-Forwarded-For~192.0.2.1`,                         false",
        "127.0.0.1,   false, `Forwarded~for=192.0.2.1`,                           false",
        "127.0.0.1,   false, `X-Forwarded-For~192.0.2.1|X-Forwarded-Proto~https`, true",
        "10.1.2.3,    false, ``,                                                  false",
        "10.1.2.3,    false, `X-Forwarded-For~192.0.2.1`,                         false",
        "10.1.2.3,    false, `X-Forwarded-Proto~https`,                           true",
        "10.1.2.3,    false, `Forwarded~proto=https`,                             true",
        "10.1.2.3,    false, `Forwarded~proto=https, proto=http`,                 false",
        // what a client has added does not help
        "10.1.2.3,    false, `X-Forwarded-Proto~https|X-Forwarded-Proto~http`,    false",
        "10.1.2.3,    false, `X-Forwarded-Proto~http|Forwarded~proto=https`,      false",
      })
  void knowsWhetherOthersCanHaveReadARequest(
      String peer, boolean secure, String lines, boolean isPrivate) {
    assertEquals(isPrivate, headers.isPrivate(request(peer, secure, lines(lines))));
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "203.0.113.9, `Host~app.internal|X-Forwarded-Host~a.example`,    `app.internal`",
        "203.0.113.9, `Host~app.internal|Forwarded~host=a.example`,      `app.internal`",
        "10.1.2.3,    `X-Forwarded-Host~a.example`,                      `a.example`",
        "10.1.2.3,    `Host~i|X-Forwarded-Host~a.example, b.example`,    `i a.example b.example`",
        "10.1.2.3,    `Host~i|X-Forwarded-Host~a|X-Forwarded-Host~b`,    `i a b`",
        "10.1.2.3,    `Host~i|Forwarded~for=192.0.2.1;host=a.example`,   `i a.example`",
        "10.1.2.3,    `Host~i|Forwarded~host=\"a.example:8443\"`,        `i a.example:8443`",
        "10.1.2.3,    `Host~i|X-Forwarded-Host~a|X-Forwarded-Port~8443`, `i a a:8443`",
        "10.1.2.3,    `Host~i|X-Forwarded-Host~a:1|X-Forwarded-Port~2`,  `i a:1`",
        "10.1.2.3,    `Host~i|X-Forwarded-Host~a|X-Forwarded-Port~x`,    `i a`",
      })
  void knowsTheHostsThatTheClientMayHaveNamed(String peer, String lines, String hosts) {
    assertEquals(List.of(hosts.split(" ", -1)), headers.hosts(request(peer, false, lines(lines))));
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "203.0.113.9, `X-Forwarded-For~192.0.2.1`,                       203.0.113.9",
        "203.0.113.9, `Forwarded~for=192.0.2.1`,                         203.0.113.9",
        "10.1.2.3,    `X-Forwarded-For~192.0.2.1`,                       192.0.2.1",
        "10.1.2.3,    `X-Forwarded-For~192.0.2.9|X-Forwarded-For~192.0.2.1`, 192.0.2.1",
        "10.1.2.3,    `Forwarded~for=192.0.2.1`,                         192.0.2.1",
        "10.1.2.3,    `Forwarded~for=192.0.2.9, for=192.0.2.1`,          192.0.2.1",
        "10.1.2.3,    `Forwarded~for=192.0.2.9|Forwarded~for=192.0.2.1;proto=https`, 192.0.2.1",
        "10.1.2.3,    `Forwarded~for=192.0.2.1, for=10.9.9.9`,           192.0.2.1",
        "10.1.2.3,    `Forwarded~for=\"192.0.2.1:4711\"`,                192.0.2.1",
        "10.1.2.3,    `Forwarded~for=\"[2001:db8::1]\"`,                 2001:db8::1",
        "10.1.2.3,    `Forwarded~for=\"[2001:db8::1]:4711\"`,            2001:db8::1",
        "10.1.2.3,    `Forwarded~for=192.0.2.9, for=unknown`,            10.1.2.3",
        "10.1.2.3,    `Forwarded~for=192.0.2.9, for=_hidden`,            10.1.2.3",
        "10.1.2.3,    `Forwarded~for=192.0.2.9, proto=https`,            10.1.2.3",
        "10.1.2.3,    `Forwarded~;;=,`,                                  10.1.2.3",
        // both: a client may have written one of them
        "10.1.2.3,    `X-Forwarded-For~192.0.2.1|Forwarded~for=192.0.2.1`, 192.0.2.1",
        "10.1.2.3,    `X-Forwarded-For~192.0.2.1|Forwarded~for=192.0.2.9`, 10.1.2.3",
      })
  void findsTheClientsAddress(String peer, String lines, String client) {
    assertEquals(client, headers.clientAddress(request(peer, false, lines(lines))));
  }

  @Test
  void parsesQuotedCharacters() {
    assertEquals(
        List.of(new ForwardedElement("a,b;c\"d", null, "https")),
        ForwardedElement.parse("For=\"a,b;c\\\"d\" ; PROTO = https"));
    assertEquals(PROXY, headers.clientAddress(request(PROXY, false, "Forwarded", "for=\"")));
  }
}
