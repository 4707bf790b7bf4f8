package io.broadcasty.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.config.key.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Checks that docs/config.md matches the table of configuration keys, and writes it on request. */
class ConfigReferenceTest {

  private static final Path REFERENCE = Path.of("docs/config.md");

  @Test
  void theReferenceIsTheTable() throws IOException {
    String expected = reference();
    if (Boolean.getBoolean("broadcasty.docs.write")) {
      Files.writeString(REFERENCE, expected);
    }
    assertEquals(expected, Files.readString(REFERENCE));
  }

  private static String reference() {
    StringBuilder text =
        new StringBuilder(
            """
            # Configuration

            Every key works in each source of MicroProfile Config: as a system property, as an environment variable, or in
            `META-INF/microprofile-config.properties`. A value that is not valid, or a `broadcasty.…` key that is not in this
            table, stops the start with a message that says what is wrong. Durations are written `500ms`, `20s`, `10m`, `1h`
            or `2d`; without a unit they are seconds.

            A key with a mark in the column "by tenant" may be set for one tenant too, as
            `broadcasty.tenant.{id}.limits.batch` for `broadcasty.limits.batch`; what is not set for a tenant is as for all. The
            environment variable `BROADCASTY_TENANT_ACME_LIMITS_BATCH` stands for the tenant `acme`: a variable cannot tell
            large letters, `-`, `_` and `.` from each other, so a tenant whose id has one of them needs the property. See
            [operations](operations.md#settings-of-one-tenant).

            | key | environment variable | values | default | by tenant | meaning |
            |---|---|---|---|---|---|
            """);
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      String fallback = key.defaultText() == null ? "–" : "`" + key.defaultText() + "`";
      text.append(
          "| `%s` | `%s` | %s, e.g. `%s` | %s | %s | %s |%n"
              .formatted(
                  key.name(),
                  key.environmentName(),
                  key.type().name(),
                  key.example(),
                  fallback,
                  TenantKeys.contains(key) ? "yes" : "",
                  key.meaning()));
    }
    return text.toString();
  }
}
