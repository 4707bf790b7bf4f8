package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.config.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Compares docs/config.md with the table of keys, from which it is generated. With {@code
 * -Dbroadcasty.docs.write=true} this test writes the file.
 */
class ConfigReferenceTest {

  private static final Path REFERENCE = Path.of("docs/config.md");
  private static final int LINE_LENGTH = 100;

  /** Names of keys and what contains a star, which are set as code. */
  private static final Pattern NAME =
      Pattern.compile(
          "\\b(broadcasty|mp|otel)\\.[a-z.*-]*[a-z*](=[a-z]+)?|(?<![a-z.])\\*(\\.[a-z]+)?");

  private static final String INTRODUCTION =
      """
      # Configuration

      ## How are settings written?
      Every key works in each source of MicroProfile Config: as a system property, as an environment
      variable, or in `META-INF/microprofile-config.properties`. Durations are written `500ms`, `20s`,
      `10m`, `1h` or `2d`; without a unit they are seconds.

      An invalid value, or a `broadcasty.…` key that this page does not list, stops the start with a
      message that says what is wrong. Keys that begin with `broadcasty.client.` are those of other
      applications of the same server, and ignored.

      ## How are settings written for one tenant?
      A key that is marked *by tenant* can be set for one tenant too:
      `broadcasty.tenant.{id}.limits.batch` replaces `broadcasty.limits.batch` for that tenant. A tenant
      without a value of its own gets the value of all tenants.

      As an environment variable, `BROADCASTY_TENANT_ACME_LIMITS_BATCH` sets it for the tenant `acme`. A
      variable cannot express upper-case letters, `-`, `_` and `.`, so a tenant whose id contains one of
      them needs the property. See [settings of one tenant](operations.md#settings-of-one-tenant).

      ## How are settings written for an app?
      `{id}` in the name of a key stands for the id of an [app](reference/pusher.md), which consists of
      digits. `BROADCASTY_APPS_1001_KEY` sets `broadcasty.apps.1001.key`.

      ## How are settings written for an issuer?
      `{id}` in the name of a key stands for a name of your choice for an
      [identity provider](howto/issuers.md), of up to 32 lower-case letters and digits.
      `BROADCASTY_ISSUERS_MAIN_AUDIENCES` sets `broadcasty.issuers.main.audiences`.

      ## How are settings written for an outbox?
      `{id}` in the name of a key stands for a name of your choice for the
      [outbox of an application](howto/outbox.md), of up to 32 lower-case letters and digits.
      `BROADCASTY_OUTBOX_ORDERS_URL` sets `broadcasty.outbox.orders.url`.
      """;

  /** The title of a key's section, by the first part of its name. */
  private static final Map<String, String> TITLES =
      Map.ofEntries(
          Map.entry("dev", "General"),
          Map.entry("webhooks", "Webhooks"),
          Map.entry("data-dir", "General"),
          Map.entry("public-url", "General"),
          Map.entry("start-failure", "General"),
          Map.entry("jwt", "Tokens"),
          Map.entry("issuers", "Issuers"),
          Map.entry("allowed-origins", "Origins and proxies"),
          Map.entry("allowed-headers", "Origins and proxies"),
          Map.entry("trusted-proxies", "Origins and proxies"),
          Map.entry("tls", "Origins and proxies"),
          Map.entry("tenancy", "Tenancy"),
          Map.entry("replay", "Store and replay"),
          Map.entry("mirror", "Mirror"),
          Map.entry("compaction", "Compaction"),
          Map.entry("local", "Applications of the same server"),
          Map.entry("outbox", "Outboxes"),
          Map.entry("policy", "Policy of a back end"),
          Map.entry("traces", "Traces and metrics"),
          Map.entry("metrics", "Traces and metrics"),
          Map.entry("prom", "Traces and metrics"),
          Map.entry("audit", "Audit log"),
          Map.entry("security-log", "Security log"),
          Map.entry("presence", "Presence"),
          Map.entry("db", "Database"),
          Map.entry("redis", "Redis"),
          Map.entry("driver", "Relay to providers"),
          Map.entry("auto-order", "Relay to providers"),
          Map.entry("apps", "Apps of the Pusher protocol"),
          Map.entry("push", "Push"),
          Map.entry("stream", "Streams"),
          Map.entry("drain", "Streams"),
          Map.entry("operator", "Operators"),
          Map.entry("nonce", "Nonces"),
          Map.entry("limits", "Limits"));

  @Test
  void referenceMatchesTheTable() throws IOException {
    String expected = reference();
    if (Boolean.getBoolean("broadcasty.docs.write")) {
      Files.writeString(REFERENCE, expected);
    }
    assertEquals(expected, Files.readString(REFERENCE));
  }

  private static String reference() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    sections()
        .forEach(
            (title, keys) -> {
              text.append("\n## ").append(title).append('\n');
              keys.forEach(key -> append(text, key));
            });
    return text.toString();
  }

  private static Map<String, List<ConfigKey<?>>> sections() {
    Map<ConfigKey<?>, String> providers = new HashMap<>();
    for (var relay : Providers.SHIPPED.relays()) {
      relay.keys().forEach(key -> providers.put(key, "Relay provider " + relay.name()));
    }
    for (var push : Providers.SHIPPED.pushes()) {
      push.keys().forEach(key -> providers.put(key, "Push service " + push.service().name()));
    }
    Map<String, List<ConfigKey<?>>> sections = new LinkedHashMap<>();
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      String first = key.name().split("\\.", -1)[1];
      String title = providers.getOrDefault(key, TITLES.getOrDefault(first, first));
      sections.computeIfAbsent(title, t -> new ArrayList<>()).add(key);
    }
    return sections;
  }

  private static String variable(ConfigKey<?> key) {
    return key.environmentName()
        .replace("_APPS__ID__", "_APPS_1001_")
        .replace("_ISSUERS__ID__", "_ISSUERS_MAIN_");
  }

  private static void append(StringBuilder text, ConfigKey<?> key) {
    text.append("\n### `").append(key.name()).append("`\n");
    appendWrapped(text, NAME.matcher(key.description()).replaceAll("`$0`"), "\n");
    text.append('\n');
    String fallback = key.defaultText() == null ? "none" : "`" + key.defaultText() + "`";
    text.append("- Variable: `%s`\n".formatted(variable(key)));
    text.append(
        "- Default: %s%s\n".formatted(fallback, TenantKeys.contains(key) ? "; *by tenant*" : ""));
    appendWrapped(
        text, "- Value: %s, such as `%s`".formatted(key.type().name(), key.example()), "\n  ");
  }

  private static void appendWrapped(StringBuilder text, String sentences, String lineBreak) {
    int column = 0;
    for (String word : sentences.split(" ", -1)) {
      if (column > 0 && column + 1 + word.length() > LINE_LENGTH) {
        text.append(lineBreak);
        column = lineBreak.length() - 1;
      } else if (column > 0) {
        text.append(' ');
        column++;
      }
      text.append(word);
      column += word.length();
    }
    text.append('\n');
  }
}
