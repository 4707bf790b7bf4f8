package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientNetworkTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
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
    assertEquals(network, ClientNetwork.of(address));
  }
}
