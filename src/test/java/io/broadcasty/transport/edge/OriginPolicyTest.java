package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        // apps and extensions
        "capacitor://localhost,    capacitor://localhost,        rt.example,       true",
        "capacitor://localhost,    CAPACITOR://localhost,        rt.example,       true",
        "capacitor://localhost/,   capacitor://localhost,        rt.example,       true",
        "capacitor://localhost,    ionic://localhost,            rt.example,       false",
        "capacitor://localhost,    http://localhost,             rt.example,       false",
        "chrome-extension://abc,   chrome-extension://abc,       rt.example,       true",
        "chrome-extension://abc,   chrome-extension://abcd,      rt.example,       false",
        // subdomains
        "https://*.app.example,    https://a.app.example,        rt.example,       true",
        "https://*.app.example,    https://a.b.app.example,      rt.example,       true",
        "https://*.app.example,    HTTPS://A.app.EXAMPLE:443,    rt.example,       true",
        "HTTPS://*.App.Example:443/, https://a.app.example,      rt.example,       true",
        "https://*.app.example,    https://app.example,          rt.example,       false",
        "https://*.app.example,    https://evilapp.example,      rt.example,       false",
        "https://*.app.example,    https://.app.example,         rt.example,       false",
        "https://*.app.example,    http://a.app.example,         rt.example,       false",
        "https://*.app.example,    https://a.app.example:8443,   rt.example,       false",
        "https://*.app.example:8443, https://a.app.example:8443, rt.example,       true",
        "https://*.app.example,    https://a.app.example.evil,   rt.example,       false",
        "https://*.app.example,    https://evil.net/.app.example, rt.example,      false",
        "https://*.app.example,    https://evil.net#.app.example, rt.example,      false",
        "https://*.app.example,    https://u@a.app.example,      rt.example,       false",
        "https://*.app.example,    null,                         rt.example,       false",
        // any origin
        "*,                        https://evil.example,         rt.example,       true",
        "*,                        null,                         rt.example,       true",
      })
  void allows(String allowed, String origin, String host, boolean expected) {
    OriginPolicy origins =
        new OriginPolicy(Arrays.stream(allowed.split(" ", -1)).filter(a -> !a.isEmpty()).toList());
    assertEquals(expected, origins.allows(origin, host));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://app.example.com",
        "http://localhost:3000",
        "http://[::1]:3000",
        "https://*.example.com",
        "https://*.example.com:8443",
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "chrome-extension://abcdefghijklmnop",
        "moz-extension://0b1c-2d",
        "https://app.example.com/"
      })
  void anOriginMayBe(String origin) {
    assertTrue(OriginPolicy.isOrigin(origin));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "app.example.com",
        "https://",
        "https://a/b",
        "https://*",
        "https://*.com",
        "https://*example.com",
        "https://a.*.example.com",
        "https://a*.example.com",
        "*.example.com",
        "https://a b",
        "https://u@a",
        "null",
        "file://",
        "https://*.*.example.com"
      })
  void anOriginIsNot(String text) {
    assertFalse(OriginPolicy.isOrigin(text));
  }

  /** Credentials that a browser adds by itself are not for any page. */
  @Test
  void onlyListedOriginsMaySendCredentials() {
    OriginPolicy any = new OriginPolicy(List.of("*", "https://*.app.example"));
    assertTrue(any.isListed("https://a.app.example"));
    assertFalse(any.isListed("https://evil.example"));
    assertFalse(any.isListed("*"));
    assertFalse(any.isListed("null"));
  }
}
