package io.broadcasty.push.webpush;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.http.PublicAddresses;
import io.broadcasty.push.device.InvalidDeviceException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that endpoints cannot reach the internal network, with one test for each attack. */
class EndpointValidatorTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::7f00:1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fec0::1",
        "4000::1"
      })
  void notOfThePublicInternet(String address) throws UnknownHostException {
    assertFalse(PublicAddresses.isPublic(InetAddress.getByName(address)), address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "1.1.1.1",
        "192.0.1.1",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2a00:1450:4001:82f::200a",
        "2001:4860:4860::8888",
        "64:ff9b::808:808"
      })
  void ofThePublicInternet(String address) throws UnknownHostException {
    assertTrue(PublicAddresses.isPublic(InetAddress.getByName(address)), address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://push.example.com/x",
        "ftp://push.example.com/x",
        "file:///etc/passwd",
        "https:///x",
        "https:push.example.com",
        "https://user@push.example.com/x",
        "https://push.example.com/x#fragment",
        "https://push.example.com:8443/x",
        "https://push.example.com:22/x",
        "https://push .example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:7f00:1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://2130706433/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        ""
      })
  void refused(String endpoint) {
    EndpointValidator endpoints =
        new EndpointValidator(new AllowedHosts(List.of()), EndpointGuard.Resolver.system());
    assertThrows(
        InvalidDeviceException.class,
        () -> endpoints.requirePublicAddress(endpoints.parse(endpoint)));
  }

  @Test
  void rejectsAHostWithOneInternalAddress() {
    EndpointValidator endpoints =
        new EndpointValidator(
            new AllowedHosts(List.of()),
            host -> List.of(InetAddress.getByName("8.8.8.8"), InetAddress.getByName("10.0.0.1")));
    assertThrows(
        InvalidDeviceException.class,
        () -> endpoints.requirePublicAddress(endpoints.parse("https://push.example.com/x")));
  }

  @Test
  void everyPublicHostIsAllowedUnlessSomeAreListed() {
    EndpointValidator all = outside(List.of());
    assertTaken(all, "https://push.example.com/x");
    assertTaken(all, "HTTPS://PUSH.EXAMPLE.COM:443/x?y=z");
    EndpointValidator some = outside(List.of("fcm.googleapis.com", "*.push.apple.com"));
    assertTaken(some, "https://fcm.googleapis.com/fcm/send/x");
    assertTaken(some, "https://web.push.apple.com/x");
    assertRefused(some, "https://push.example.com/x");
    assertRefused(some, "https://evil-fcm.googleapis.com/x");
    assertRefused(some, "https://push.apple.com.example.com/x");
    assertRefused(some, "https://evilpush.apple.com/x");
    assertRefused(some, "http://fcm.googleapis.com/x");
  }

  @Test
  void aListedHostMustStillBePublicButAListedOriginNeedNot() {
    EndpointValidator inside =
        new EndpointValidator(
            new AllowedHosts(List.of("inside.example.com", "http://fake-push:9090")),
            host -> List.of(InetAddress.getByName("10.0.0.1")));
    assertRefused(inside, "https://inside.example.com/x");
    assertTaken(inside, "http://fake-push:9090/x");
    assertRefused(inside, "http://fake-push:9091/x");
    assertRefused(inside, "https://fake-push:9090/x");
  }

  @Test
  void rejectsAnInvalidEntry() {
    for (String entry : List.of("https://a.example.com/path", "a b", "*", "*.", "ftp://x", "a/b")) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> new AllowedHosts(List.of(entry)), entry);
      assertTrue(String.valueOf(refused.getMessage()).contains("`" + entry + "`"));
    }
  }

  private static EndpointValidator outside(List<String> allowed) {
    return new EndpointValidator(
        new AllowedHosts(allowed), host -> List.of(InetAddress.getByName("8.8.8.8")));
  }

  private static void assertTaken(EndpointValidator endpoints, String endpoint) {
    assertDoesNotThrow(() -> endpoints.requirePublicAddress(endpoints.parse(endpoint)), endpoint);
  }

  private static void assertRefused(EndpointValidator endpoints, String endpoint) {
    assertThrows(
        InvalidDeviceException.class,
        () -> endpoints.requirePublicAddress(endpoints.parse(endpoint)),
        endpoint);
  }
}
