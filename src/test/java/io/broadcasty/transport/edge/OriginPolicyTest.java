package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginPolicyTest {

  @ParameterizedTest(name = "allowing {0}: {1} at {2}: {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        // not a browser
        "'',                       -,                            rt.example,       true",
        // the server's own pages
        "'',                       https://rt.example,           rt.example,       true",
        "'',                       http://rt.example,            rt.example,       true",
        "'',                       HTTPS://RT.example,           rt.EXAMPLE,       true",
        "'',                       https://rt.example,           rt.example:443,   true",
        "'',                       https://rt.example:443,       rt.example,       true",
        "'',                       http://rt.example,            rt.example:80,    true",
        "'',                       http://localhost:8080,        localhost:8080,   true",
        "'',                       'http://[::1]:8080',          '[::1]:8080',     true",
        "'',                       http://localhost:8080,        localhost:8081,   false",
        "'',                       http://localhost:8080,        localhost,        false",
        "'',                       https://rt.example,           rt.example:80,    false",
        "'',                       http://rt.example,            rt.example:443,   false",
        // foreign origins
        "'',                       https://evil.example,         rt.example,       false",
        "'',                       https://rt.example.evil,      rt.example,       false",
        "'',                       https://evil-rt.example,      rt.example,       false",
        "'',                       https://rt.example@evil.net,  rt.example,       false",
        "'',                       https://evil.net#rt.example,  rt.example,       false",
        "'',                       https://rt.example,           -,                false",
        // the opaque origin of sandboxed frames and files
        "'',                       null,                         rt.example,       false",
        "'',                       null,                         'null',           false",
        // invalid origins
        "'',                       '',                           rt.example,       false",
        "'',                       '',                           '',               false",
        "'',                       rt.example,                   rt.example,       false",
        "'',                       https://,                     '',               false",
        "'',                       'http://a b',                 'a b',            false",
        "'',                       'ftp://rt.example',           rt.example,       false",
        "'',                       chrome-extension://abc,       abc,              false",
        // the allowlist
        "https://app.example,      https://app.example,          rt.example,       true",
        "https://app.example,      HTTPS://APP.example,          rt.example,       true",
        "HTTPS://App.Example/,     https://app.example,          rt.example,       true",
        "https://app.example:443,  https://app.example,          rt.example,       true",
        "https://app.example,      http://app.example,           rt.example,       false",
        "https://app.example,      https://app.example:8443,     rt.example,       false",
        "https://app.example,      https://x.app.example,        rt.example,       false",
        "https://a.example https://b.example, https://b.example, rt.example,       true",
        // any origin
        "*,                        https://evil.example,         rt.example,       true",
        "*,                        null,                         rt.example,       true",
      })
  void allows(String allowed, String origin, String host, boolean expected) {
    OriginPolicy origins =
        new OriginPolicy(Arrays.stream(allowed.split(" ", -1)).filter(a -> !a.isEmpty()).toList());
    assertEquals(expected, origins.allows(origin, host));
  }
}
