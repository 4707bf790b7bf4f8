package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressResolverTest {

  @ParameterizedTest(name = "trusting {0}: {1} with {2} is {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        // no trusted proxy: the header is ignored
        "'',                    203.0.113.9,  -,                            203.0.113.9",
        "'',                    203.0.113.9,  198.51.100.1,                 203.0.113.9",
        // the peer is not a trusted proxy: its header is ignored
        "10.0.0.0/8,            203.0.113.9,  198.51.100.1,                 203.0.113.9",
        "10.0.0.1,              10.0.0.2,     198.51.100.1,                 10.0.0.2",
        // one trusted proxy
        "10.0.0.0/8,            10.1.2.3,     -,                            10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     198.51.100.1,                 198.51.100.1",
        "10.1.2.3,              10.1.2.3,     198.51.100.1,                 198.51.100.1",
        // entries that the client put in front are ignored
        "10.0.0.0/8,            10.1.2.3,     '192.0.2.66, 198.51.100.1',   198.51.100.1",
        "10.0.0.0/8,            10.1.2.3,     '10.9.9.9, 198.51.100.1',     198.51.100.1",
        // two trusted proxies, one behind the other
        "10.0.0.0/8,            10.1.2.3,     '6.6.6.6, 198.51.100.1, 10.7.7.7', 198.51.100.1",
        "10.0.0.0/8 192.0.2.0/24, 10.1.2.3,   '198.51.100.1,192.0.2.7',     198.51.100.1",
        // a client of the trusted network
        "10.0.0.0/8,            10.1.2.3,     '10.8.8.8, 10.7.7.7',         10.8.8.8",
        // an invalid entry ends the search at the last known hop
        "10.0.0.0/8,            10.1.2.3,     unknown,                      10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     '',                           10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     'a, , 10.7.7.7',              10.7.7.7",
        "10.0.0.0/8,            10.1.2.3,     '198.51.100.1, _hidden',      10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     localhost,                    10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     999.1.1.1,                    10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     1.2.3,                        10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     1.2.3.4.5,                    10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     .:1,                          10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     ':',                          10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     1:2:3,                        10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     127.1,                        10.1.2.3",
        "10.0.0.0/8,            10.1.2.3,     2130706433,                   10.1.2.3",
        // with the port that some load balancers append
        "10.0.0.0/8,            10.1.2.3,     198.51.100.1:50123,           198.51.100.1",
        "10.0.0.0/8,            10.1.2.3,     '[2001:db8::7]:50123',        2001:db8::7",
        "10.0.0.0/8,            10.1.2.3,     '[2001:db8::7]',              2001:db8::7",
        "10.0.0.0/8,            10.1.2.3,     198.51.100.1:x,               10.1.2.3",
        // IPv6
        "fd00::/8,              fd12::1,      2001:db8::7,                  2001:db8::7",
        "fd00::/8,              fe80::1,      2001:db8::7,                  fe80::1",
        "::1,                   0:0:0:0:0:0:0:1, 198.51.100.1,              198.51.100.1",
        "10.0.0.0/8,            ::ffff:10.1.2.3, 198.51.100.1,              198.51.100.1",
        "fd00::/8,              10.1.2.3,     198.51.100.1,                 10.1.2.3",
        // networks
        "0.0.0.0/0,             203.0.113.9,  198.51.100.1,                 198.51.100.1",
        "192.0.2.128/25,        192.0.2.128,  198.51.100.1,                 198.51.100.1",
        "192.0.2.128/25,        192.0.2.127,  198.51.100.1,                 192.0.2.127",
        "192.0.2.8/31,          192.0.2.9,    198.51.100.1,                 198.51.100.1",
        "192.0.2.8/31,          192.0.2.10,   198.51.100.1,                 192.0.2.10",
      })
  void isOf(String trusted, String peer, String header, String client) {
    assertEquals(client, addresses(trusted).resolve(peer, header));
  }

  @Test
  void readsALongHeaderFromTheRight() {
    String header = "x,".repeat(10_000) + "198.51.100.1";
    assertEquals("198.51.100.1", addresses("10.0.0.0/8").resolve("10.1.2.3", header));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proxy.example",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/x",
        "10.0.0/8",
        "",
        "fd00::/129",
        "999.0.0.1",
        "10.0.0.0/",
        "/8",
        "*"
      })
  void refusesWhatIsNoNetwork(String trusted) {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> new ClientAddressResolver(List.of(trusted)));
    assertEquals("not an IP address or network: " + trusted, refusal.getMessage());
  }

  private static ClientAddressResolver addresses(String trusted) {
    return new ClientAddressResolver(
        Arrays.stream(trusted.split(" ", -1)).filter(t -> !t.isEmpty()).toList());
  }
}
