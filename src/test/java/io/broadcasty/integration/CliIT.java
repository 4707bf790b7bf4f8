package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.DocumentPage;
import io.broadcasty.cli.CliRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Follows docs/howto/install.md word by word with the built jar of the command line, then tries the
 * other commands of administration on the same server, in this process.
 */
@Tag("any-server")
class CliIT {

  private static final DocumentPage PAGE = new DocumentPage("docs/howto/install.md");

  /** The first words of the block that starts the server, of which the test has its own way. */
  private static final String START = "set -a; . ./broadcasty.env; set +a\n";

  private static final String QUICK =
      "export JAVA_TOOL_OPTIONS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'\n";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  private String port = "";

  @Test
  void anEmptyMachineServesAndIsAdministered() throws IOException {
    Ports ports = Ports.free();
    port = Integer.toString(ports.http());
    Path war = Path.of(System.getProperty("broadcasty.war"));
    Files.createSymbolicLink(
        home.resolve("broadcasty-cli.jar"), war.resolveSibling("broadcasty-cli.jar"));
    String page = followUntilTheStart();
    Map<String, String> settings = new HashMap<>(settingsOfTheShell());
    settings.put("BROADCASTY_DEV", "false");
    try (ServerProcess server = ServerProcess.start(home.resolve("server"), ports, settings)) {
      server.awaitAnswer("/broadcasty/ping", 204);
      String all =
          page + shell(PAGE.blocks("bash").stream().skip(4).toList().toArray(new String[0]));
      assertTrue(all.contains("\"sequence\":1"), all);
      assertTrue(all.contains("\"order\": 17"), all);
      assertTrue(all.contains("accepted:         true"), all);
      assertTrue(all.contains("tenant.create"), all);
      assertTrue(all.contains("intact:  true"), all);
      done("doctor", "--port", port)
          .prints("Broadcasty answers on " + port)
          .prints("a running server uses it");
      administerTenantsAndKeys();
      administerPolicies();
      administerUsers();
      drain(server);
    }
  }

  private String followUntilTheStart() {
    assertTrue(PAGE.blocks("bash").get(3).startsWith(START), "the page has changed");
    String text = shell(PAGE.blocks("bash").get(1), PAGE.blocks("bash").get(2));
    assertFalse(text.contains("ERROR"), text);
    return text;
  }

  /** Returns what a server gets that is started as the page says. */
  private Map<String, String> settingsOfTheShell() {
    Map<String, String> settings = new HashMap<>();
    for (String line : shell(START + "env | grep ^BROADCASTY_").split("\n", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0 && line.startsWith("BROADCASTY_")) {
        settings.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    assertTrue(settings.containsKey("BROADCASTY_MASTER_KEY"), settings.keySet().toString());
    return settings;
  }

  private void administerTenantsAndKeys() {
    done("tenant:create", "hooli");
    done("tenant:change", "hooli", "--name", "Hooli", "--set", "limits.batch=5")
        .prints("{\"limits.batch\":\"5\"}");
    done("tenant:suspend", "hooli").prints("suspended");
    done("tenant:activate", "hooli").prints("active");
    done("tenant:show", "hooli", "--json").prints("\"usage\"");
    done("tenant:delete", "hooli", "--yes");
    String tenants = done("tenant:list").prints("Acme Ltd").out();
    assertFalse(tenants.contains("Hooli"), tenants);

    String created =
        done("key:create", "back", "--tenant", "acme", "--scope", "a.*=subscribe", "--json").out();
    Matcher id = Pattern.compile("\"id\" : \"([0-9a-f]{16})\"").matcher(created);
    assertTrue(id.find(), created);
    done("key:rotate", id.group(1), "--overlap", "1h").prints("secret:");
    done("key:rotate-master").prints("failed:    0");
    done("key:revoke", id.group(1));
    done("key:list", "--tenant", "acme").prints("revoked");
  }

  private void administerPolicies() throws IOException {
    Path file = home.resolve("policies.json");
    Files.writeString(
        file,
        """
        {"policies": [{"channels": "private-user:{sub}",
          "rules": [{"allow": ["subscribe", "replay"], "channels": "own"}]}]}\
        """);
    done("policy:apply", file, "--tenant", "acme").prints("created");
    done("policy:list", "--tenant", "acme").prints("private-user:{sub}");
    Files.writeString(file, done("policy:export", "--tenant", "acme").out());
    done("policy:apply", file, "--tenant", "acme", "--prune").prints("unchanged");
    run("policy:test", "subscribe", "private-user:bob", "--sub", "eve", "--tenant", "acme")
        .exits(3)
        .prints("denied");
  }

  private void administerUsers() throws IOException {
    Path file = home.resolve("bob.ndjson");
    done("user:export", "bob", "--tenant", "acme", "--out", file);
    assertTrue(Files.exists(file));
    done("user:erase", "bob", "--tenant", "acme", "--yes").prints("done");
    Path token = home.resolve("admin.token");
    Files.writeString(token, done("admin:token", "--tenant", "acme").out());
    run("tenant:list", "--token-file", token).exits(4).says("403 forbidden");
    done("tenant:show", "acme", "--token-file", token);
  }

  private static void drain(ServerProcess server) {
    CliRun.of("drain", "--pid", server.jvm()).exits(0).prints("state: drained");
    CliRun.of("drain", "--resume", "--pid", server.jvm()).exits(0).prints("state: serving");
  }

  private CliRun done(Object... arguments) {
    return run(arguments).exits(0);
  }

  /** Runs a command in this process, which is quicker. */
  private CliRun run(Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--env-file";
    all[arguments.length + 1] = home.resolve("broadcasty.env");
    return CliRun.of(all);
  }

  /** Runs blocks of the page, and commands, in the directory of the page. */
  private String shell(String... blocks) {
    return DocumentPage.runShell(
        home,
        QUICK
            + PAGE.blocks("bash").get(0).replace("broadcasty info", "")
            + String.join("\n", blocks).replace("8080", port));
  }
}
