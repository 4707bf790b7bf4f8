package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CodeTest {

  private final List<Map<String, Object>> table =
      Vectors.objects(Vectors.file("codes.json"), "codes");

  @Test
  void equalsTheProtocolsTable() {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Map<String, Object> each : table) {
      Map<String, Object> entry = new LinkedHashMap<>(each);
      entry.keySet().removeAll(Set.of("cause", "remedy"));
      entries.add(entry);
    }
    assertEquals(entries, Arrays.stream(Code.values()).map(CodeTest::entry).toList());
  }

  @Test
  void everyCodeSaysWhyItHappensAndHowToMendIt() {
    for (Map<String, Object> entry : table) {
      for (String field : List.of("cause", "remedy")) {
        String text = String.valueOf(entry.get(field));
        assertTrue(text.length() > 20 && text.endsWith("."), () -> entry.get("code") + field);
        assertEquals(0, text.chars().filter(c -> c == '`').count() % 2, text);
      }
    }
  }

  @Test
  void noTwoCodesCloseWithTheSameNumber() {
    Set<Integer> seen = new HashSet<>();
    for (Code code : Code.values()) {
      if (code.closeCode() != 0) {
        assertTrue(
            code.closeCode() >= 4000 && code.closeCode() < 5000,
            code.wireName()); // RFC 6455, 7.4.2
        assertTrue(seen.add(code.closeCode()), code.wireName());
      }
    }
  }

  @Test
  void everyCodeHasAStatusOrACloseCode() {
    for (Code code : Code.values()) {
      assertTrue(code.httpStatus() != 0 || code.closeCode() != 0, code.wireName());
    }
  }

  @Test
  void theProtocolTextNamesEveryCloseCodeAndNoOther() throws IOException {
    String protocol;
    try (InputStream in = CodeTest.class.getResourceAsStream("/protocol/PROTOCOL.md")) {
      protocol = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    Set<Integer> named =
        Pattern.compile("(?<!RFC )\\b4[0-9]{3}\\b")
            .matcher(protocol)
            .results()
            .map(found -> Integer.valueOf(found.group()))
            .collect(Collectors.toSet());
    Set<Integer> used =
        Arrays.stream(Code.values())
            .map(Code::closeCode)
            .filter(close -> close != 0)
            .collect(Collectors.toSet());
    assertEquals(used, named);
  }

  private static Map<String, Object> entry(Code code) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("code", code.wireName());
    if (code.httpStatus() != 0) {
      entry.put("http", (long) code.httpStatus());
    }
    if (code.closeCode() != 0) {
      entry.put("close", (long) code.closeCode());
    }
    entry.put("retry", code.retry().wireName());
    entry.put("title", code.title());
    return entry;
  }
}
