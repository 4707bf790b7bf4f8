package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientNetworkTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "192.000.002.001, 192.0.2.1",
    "::FFFF:192.0.2.1, 192.0.2.1",
    "0:0:0:0:0:ffff:192.0.2.1, 192.0.2.1",
    "64:FF9B:0:0:0:0:c000:0201, 192.0.2.1",
    "2001:db8:0:1:0:0:0:1, 2001:db8:0:1::/64",
    "2001:DB8:0:1:1::192.0.2.1, 2001:db8:0:1::/64",
    "2001:db8:0:1::1, 2001:db8:0:1::/64",
    "2001:0DB8:0000:0001:ffff:ffff:ffff:ffff, 2001:db8:0:1::/64",
    "2001:db8:0:2::1, 2001:db8:0:2::/64",
    "0:0:0:0:0:0:0:1, 0:0:0:0::/64",
    "::1, 0:0:0:0::/64",
    "fe80::1:2%eth0, fe80:0:0:0::/64",
    "::ffff:192.0.2.1, 192.0.2.1",
    "::ffff:c000:201, 192.0.2.1",
    "64:ff9b::192.0.2.1, 192.0.2.1",
    "not:an:address, not:an:address",
    "unknown, unknown"
  })
  void anIpv6AddressCountsAsItsNetwork(String address, String network) {
    assertEquals(network, ClientNetwork.of(address, 64));
  }

  @ParameterizedTest
  @CsvSource({
    "48, 2001:db8:7::/48",
    "56, 2001:db8:7:ab00::/56",
    "60, 2001:db8:7:abc0::/60",
    "64, 2001:db8:7:abcd::/64",
    "32, 2001:db8::/32",
    "120, 2001:db8:7:abcd:0:0:0:100/120",
    "128, 2001:db8:7:abcd:0:0:0:1ff/128"
  })
  void thePrefixIsThatOfTheSetting(int bits, String network) {
    assertEquals(network, ClientNetwork.of("2001:db8:7:abcd::1ff", bits));
    assertEquals("192.0.2.1", ClientNetwork.of("192.0.2.1", bits));
  }
}
