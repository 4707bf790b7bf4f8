package io.broadcasty.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.DocumentPage;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the environment file that {@code install} writes. */
class InstallCommandTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private Path env = Path.of("");

  @BeforeEach
  void name() {
    env = folder.resolve("etc/broadcasty.env");
  }

  @Test
  void theServerWouldStartWithIt() throws IOException {
    CliRun run = install("--origin", "https://app.example.com", "--proxy", "10.0.0.0/8");
    assertEquals("rw-------", mode(env));
    assertEquals("rw-------", mode(env.resolveSibling("jwt-private.pem")));
    Map<String, String> values = EnvironmentFile.read(env).values();
    Settings settings = SettingsReader.read(new EnvironmentSource(values));
    assertEquals(Settings.Store.DATABASE, settings.replay().store());
    assertEquals(List.of("https://app.example.com"), settings.edge().allowedOrigins());
    assertEquals(List.of("10.0.0.0/8"), settings.edge().trustedProxies());
    assertFalse(settings.masterKeys().isEmpty());
    String masterKey = String.valueOf(values.get("BROADCASTY_MASTER_KEY"));
    assertFalse((run.out() + run.err()).contains(masterKey), "a secret is printed");
  }

  @Test
  void aShellReadsTheSameValues() {
    install("--web-push", "mailto:ops@example.com");
    Map<String, String> values = EnvironmentFile.read(env).values();
    values.forEach(
        (name, value) ->
            assertEquals(
                value,
                DocumentPage.runShell(folder, ". " + env + "\nprintf '%s' \"$" + name + "\""),
                name));
  }

  @Test
  void aSecondRunChangesNothing() throws IOException {
    install();
    String before = Files.readString(env);
    CliRun again = install("--json");
    assertEquals(before, Files.readString(env));
    assertEquals(List.of(), again.json().get("written"));
  }

  @Test
  void whatIsMissingIsAddedAndOtherLinesStay() throws IOException {
    Files.createDirectories(folder.resolve("etc"));
    Files.write(
        env, List.of("# ours", "BROADCASTY_JWT_SECRET='" + Secrets.random() + "'", "OTHER=1"));
    String before = Files.readString(env);
    install();
    assertTrue(Files.readString(env).startsWith(before), Files.readString(env));
    Map<String, String> values = EnvironmentFile.read(env).values();
    assertFalse(values.containsKey("BROADCASTY_JWT_PUBLIC_KEY"), "a secret is enough");
    assertFalse(Files.exists(env.resolveSibling("jwt-private.pem")));
    assertTrue(values.containsKey("BROADCASTY_MASTER_KEY"));
  }

  @Test
  void forceReplacesSecretsInTheirLines() {
    install();
    Map<String, String> before = EnvironmentFile.read(env).values();
    install("--force", "--store", "redis");
    Map<String, String> after = EnvironmentFile.read(env).values();
    for (String secret : List.of("BROADCASTY_MASTER_KEY", "BROADCASTY_JWT_PUBLIC_KEY")) {
      assertFalse(String.valueOf(before.get(secret)).equals(after.get(secret)), secret);
    }
    assertEquals("redis", after.get("BROADCASTY_REPLAY_STORE"));
    assertEquals("redis://localhost:6379", after.get("BROADCASTY_REDIS_URL"));
  }

  @Test
  void aPrivateKeyOfSomethingElseIsNotReplaced() throws IOException {
    Files.createDirectories(folder.resolve("etc"));
    Path key = Files.writeString(env.resolveSibling("jwt-private.pem"), "of somebody");
    CliRun.of("install", "--env-file", env).exits(ExitCode.USAGE).says("--force");
    assertEquals("of somebody", Files.readString(key));
    assertFalse(Files.exists(env));
  }

  @Test
  void passwordsComeFromFiles() throws IOException {
    String password = "it's $5 \"each\"";
    Path file = Files.writeString(folder.resolve("password"), password + "\n");
    install("--db-url", "jdbc:postgresql://db/b", "--db-user", "b", "--db-password-file", file);
    assertEquals(
        password,
        EnvironmentFile.read(env).values().get("BROADCASTY_DB_PASSWORD"),
        Files.readString(env));
    aShellReads("BROADCASTY_DB_PASSWORD", password);
  }

  @Test
  void wrongUseIsAnsweredByWhatToType() {
    CliRun.of("install", "--env-file", env, "--db-url", "jdbc:h2:mem:a", "--db-user", "sa")
        .exits(ExitCode.USAGE)
        .says("--db-password-file FILE");
    CliRun.of("install", "--store", "files").exits(ExitCode.USAGE).says("MEMORY, DATABASE, REDIS");
    assertFalse(Files.exists(env));
  }

  private void aShellReads(String name, String value) {
    assertEquals(
        value, DocumentPage.runShell(folder, ". " + env + "\nprintf '%s' \"$" + name + "\""));
  }

  private CliRun install(Object... options) {
    Object[] all = new Object[options.length + 3];
    all[0] = "install";
    all[1] = "--env-file";
    all[2] = env;
    System.arraycopy(options, 0, all, 3, options.length);
    return CliRun.of(all).exits(ExitCode.DONE);
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
