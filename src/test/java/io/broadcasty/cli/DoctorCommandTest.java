package io.broadcasty.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.FreePorts;
import io.broadcasty.cli.doctor.Doctor;
import io.broadcasty.cli.doctor.Finding;
import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.EmbeddedH2;
import io.broadcasty.server.config.SettingsReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Makes ten faults, one by one, in an installation that was healthy. */
class DoctorCommandTest {

  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private Path env = Path.of("");
  private int port;

  @BeforeEach
  void install() throws IOException {
    env = folder.resolve("broadcasty.env");
    port = FreePorts.next();
    CliRun.of("install", "--env-file", env, "--origin", "https://app.example.com")
        .exits(ExitCode.DONE);
    CliRun run = doctor().exits(ExitCode.DONE);
    assertFalse(run.out().contains("\"error\"") || run.out().contains("\"warning\""), run.out());
  }

  @Test
  void aKeyThatDoesNotFit() throws IOException {
    CliRun.of("jwt:keygen", "--out", folder).exits(ExitCode.DONE);
    Files.move(
        folder.resolve("private.pem"),
        folder.resolve("jwt-private.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    names("signing key", "signature does not fit", "broadcasty jwt:keygen", doctor());
  }

  @Test
  void aKeyThatIsNone() {
    set("BROADCASTY_JWT_PUBLIC_KEY", "no key at all");
    names("tokens", "BROADCASTY_JWT_PUBLIC_KEY", "public.pem", doctor());
  }

  @Test
  void aClockThatIsTenMinutesAhead() {
    createDatabase().close();
    ConfigSource source = new EnvironmentSource(EnvironmentFile.read(env).values());
    WallClock ahead = () -> WallClock.system().nowMillis() + TEN_MINUTES.toMillis();
    Finding clock =
        new Doctor(source, ahead, new Doctor.Subject(null, null, port, 0, null))
            .examine(check -> {}).stream()
                .filter(each -> each.check().equals("clock"))
                .findFirst()
                .orElseThrow();
    assertEquals(Finding.Level.ERROR, clock.level());
    assertTrue(
        clock.detail().matches(".* (600|599) s ahead of that of the database.*"), clock.detail());
    assertTrue(clock.mend().contains("timedatectl"), clock.mend());
  }

  @Test
  void aRedisThatIsAway() throws IOException {
    Path url = Files.writeString(folder.resolve("url"), "redis://localhost:" + FreePorts.next());
    CliRun.of("install", "--env-file", env, "--force", "--store", "redis", "--redis-url-file", url)
        .exits(ExitCode.DONE);
    names("redis", "cannot be reached", "start Redis, or correct BROADCASTY_REDIS_URL", doctor());
  }

  @Test
  void aSchemaThatIsNewer() throws SQLException {
    try (Database database = createDatabase()) {
      execute(
          database,
          "INSERT INTO \"broadcasty_schema\" SELECT 9999, '9999', \"description\", \"type\","
              + " 'V9999__x.sql', \"checksum\", \"installed_by\", \"installed_on\", 1, TRUE"
              + " FROM \"broadcasty_schema\" WHERE \"installed_rank\" = 1");
    }
    names("schema", "9999 is newer", "deploy the release", doctor());
  }

  @Test
  void anOriginThatIsMissing() {
    names(
        "origins",
        "https://other.example.com get 403",
        "BROADCASTY_ALLOWED_ORIGINS=https://app.example.com,https://other.example.com",
        doctor("--origin", "https://other.example.com"));
    doctor("--origin", "https://app.example.com").exits(ExitCode.DONE);
  }

  @Test
  void aProxyThatIsNotTrusted() {
    names(
        "proxies",
        "10.0.0.5 is not trusted",
        "BROADCASTY_TRUSTED_PROXIES=10.0.0.5",
        doctor("--proxy", "10.0.0.5"));
    set("BROADCASTY_TRUSTED_PROXIES", "10.0.0.0/24");
    doctor("--proxy", "10.0.0.5").exits(ExitCode.DONE);
  }

  @Test
  void aDiskThatIsFull() {
    names("disk", "are needed", "BROADCASTY_DATA_DIR", doctor("--min-free", "99999999999"));
  }

  @Test
  void aMasterKeyThatIsLost() throws SQLException {
    MasterKeys lost = new MasterKeys(List.of(new byte[MasterKeys.KEY_BYTES]));
    try (Database database = createDatabase()) {
      String id = "00000000000000aa";
      execute(
          database,
          "INSERT INTO broadcasty_api_keys (key_id, tenant_id, name, scopes, secret_key_id, secret,"
              + " previous_secret, previous_until, state, expires_at, last_used_at, created_at,"
              + " updated_at, revision) VALUES ('"
              + id
              + "', 'acme', 'shop', '', '"
              + lost.currentId()
              + "', '"
              + lost.encrypt("secret", id)
              + "', '', 0, 'active', 0, 0, 1, 1, 1)");
    }
    names("master key", lost.currentId(), "BROADCASTY_MASTER_KEY", doctor());
    set(
        "BROADCASTY_MASTER_KEY",
        EnvironmentFile.read(env).values().get("BROADCASTY_MASTER_KEY")
            + ","
            + Base64.getEncoder().encodeToString(new byte[MasterKeys.KEY_BYTES]));
    doctor().exits(ExitCode.DONE).prints("1 API keys");
  }

  @Test
  void aPortThatIsTaken() throws IOException {
    try (ServerSocket other = new ServerSocket(0)) {
      names(
          "port",
          "taken by another program",
          "ss -ltnp",
          doctor("--port", String.valueOf(other.getLocalPort())));
    }
  }

  @Test
  void aVapidPairThatDoesNotFit() {
    Map<String, Object> one = CliRun.of("vapid:keygen", "--json").json();
    Map<String, Object> two = CliRun.of("vapid:keygen", "--json").json();
    set("BROADCASTY_WEBPUSH", "true");
    set("WEBPUSH_VAPID_SUBJECT", "mailto:ops@example.com");
    set("WEBPUSH_VAPID_PUBLIC_KEY", String.valueOf(one.get("WEBPUSH_VAPID_PUBLIC_KEY")));
    set("WEBPUSH_VAPID_PRIVATE_KEY", String.valueOf(two.get("WEBPUSH_VAPID_PRIVATE_KEY")));
    names("configuration", "does not belong to the private key", "vapid:keygen", doctor());
  }

  @Test
  void aPortThatIsNone() {
    doctor("--port", "70000").exits(ExitCode.USAGE).prints("1 to 65535");
    CliRun.of("doctor", "--min-free", "-1").exits(ExitCode.USAGE).says("MiB");
  }

  @Test
  void warningsCountOnRequest() {
    set("BROADCASTY_REPLAY_STORE", "memory");
    doctor().exits(ExitCode.DONE).prints("\"warning\"");
    doctor("--strict").exits(ExitCode.PROBLEM);
  }

  @Test
  void peopleGetLinesWithTheMendBelow() {
    set("BROADCASTY_NO_SUCH_KEY", "1");
    CliRun.of("doctor", "--env-file", env, "--port", port)
        .exits(ExitCode.PROBLEM)
        .prints("ERROR    configuration  BROADCASTY_NO_SUCH_KEY: there is no such key")
        .prints("→ correct the setting")
        .prints("SKIPPED  stores");
  }

  /** Asserts that one check alone has an error, which names the fault and the mend. */
  private static void names(String check, String fault, String mend, CliRun run) {
    run.exits(ExitCode.PROBLEM);
    assertEquals(false, run.json().get("healthy"));
    List<Map<String, Object>> errors =
        Json.objects(run.json().get("findings")).stream()
            .filter(finding -> "error".equals(finding.get("level")))
            .toList();
    assertEquals(1, errors.size(), run.out());
    assertEquals(check, errors.get(0).get("check"), run.out());
    assertTrue(String.valueOf(errors.get(0).get("detail")).contains(fault), run.out());
    assertTrue(String.valueOf(errors.get(0).get("mend")).contains(mend), run.out());
  }

  private CliRun doctor(String... options) {
    Object[] all = new Object[options.length + 6];
    System.arraycopy(
        new Object[] {"doctor", "--json", "--env-file", env, "--port", port}, 0, all, 0, 6);
    System.arraycopy(options, 0, all, 6, options.length);
    if (List.of(options).contains("--port")) {
      all[4] = "--min-free";
      all[5] = "1";
    }
    return CliRun.of(all);
  }

  private void set(String name, String value) {
    EnvironmentFile file = EnvironmentFile.read(env);
    file.set(name, value, "");
    file.write();
  }

  private Database createDatabase() {
    ConfigSource source = new EnvironmentSource(EnvironmentFile.read(env).values());
    return EmbeddedH2.open(SettingsReader.read(source).database());
  }

  private static void execute(Database database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(true);
      assertEquals(1, statement.executeUpdate(sql));
    }
  }
}
