package io.broadcasty.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

  private static final Instant NOW = Instant.parse("2026-09-21T12:00:00Z");
  private static final Duration MAX = Duration.ofHours(1);

  @Test
  void readsSecondsAndDates() {
    assertEquals(Duration.ofSeconds(30), read("30"));
    assertEquals(Duration.ofSeconds(30), read("Mon, 21 Sep 2026 12:00:30 GMT"));
    assertEquals(Duration.ZERO, read(" 0 "));
  }

  @Test
  void limitsTheDelay() {
    assertEquals(MAX, read("999999999"));
    assertEquals(MAX, read("Sat, 21 Sep 2030 12:00:30 GMT"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "soon", "-1", "1.5", "99999999999999", "Mon, 21 Sep 2026 11:00:00 GMT"})
  void ignoresWhatIsMalformedOrPast(String text) {
    assertNull(read(text));
  }

  @Test
  void isNullWithoutTheHeader() {
    assertNull(RetryAfter.of(HttpHeaders.of(Map.of(), (n, v) -> true), NOW::toEpochMilli, MAX));
  }

  private static @Nullable Duration read(String text) {
    HttpHeaders headers = HttpHeaders.of(Map.of("Retry-After", List.of(text)), (n, v) -> true);
    return RetryAfter.of(headers, NOW::toEpochMilli, MAX);
  }
}
