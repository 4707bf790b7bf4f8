package io.broadcasty.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.broadcasty.core.time.ManualTime;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RenewedClientsTest {

  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final URI GOOD = URI.create("https://good.example.com/push");
  private static final URI SILENT = URI.create("https://silent.example.com/push");

  private final ManualTime time = new ManualTime();
  private final List<HttpClient> created = new ArrayList<>();
  private final RenewedClients clients = new RenewedClients(this::create, time, INTERVAL);

  private HttpClient create() {
    created.add(HttpClient.newHttpClient());
    return created.get(created.size() - 1);
  }

  private void timeOut(URI address) {
    clients.leave(address, clients.of(address));
  }

  @Test
  void onlyTheOriginThatDidNotAnswerGetsAnotherClient() {
    HttpClient first = clients.of(GOOD);
    timeOut(SILENT);
    assertSame(first, clients.of(GOOD));
    assertNotSame(first, clients.of(SILENT));
    assertSame(clients.of(SILENT), clients.of(SILENT.resolve("/other")));
  }

  @Test
  void callsThatTimeOutTogetherCostOneClient() {
    HttpClient used = clients.of(SILENT);
    for (int i = 0; i < 3; i++) {
      clients.leave(SILENT, used);
    }
    timeOut(SILENT);
    assertEquals(2, created.size());
    time.advance(INTERVAL);
    timeOut(SILENT);
    assertEquals(3, created.size());
  }

  /** Who may name origins must not make a node hold a client for each. */
  @Test
  void noMoreThanTwoClientsAreInUse() {
    Set<HttpClient> used = Collections.newSetFromMap(new IdentityHashMap<>());
    List<URI> origins = new ArrayList<>(List.of(GOOD, SILENT));
    for (int i = 0; i < 5; i++) {
      URI another = URI.create("https://h" + i + ".example.com/push");
      origins.add(another);
      timeOut(another);
      timeOut(SILENT);
      time.advance(INTERVAL);
    }
    origins.forEach(origin -> used.add(clients.of(origin)));
    assertEquals(2, used.size());
  }
}
