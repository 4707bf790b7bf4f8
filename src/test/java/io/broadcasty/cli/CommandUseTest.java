package io.broadcasty.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.broadcasty.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Uses every command rightly, whose JSON is read, and wrongly in every way that its options and
 * arguments allow. A new command fails here until its right use is added to {@link #uses}.
 */
class CommandUseTest {

  private static final Set<Class<?>> ANY_TEXT = Set.of(String.class, Path.class);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static HttpServer server;

  @SuppressWarnings("NullAway.Init")
  private static Map<String, List<String>> uses;

  @BeforeAll
  static void prepare() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", CommandUseTest::answer);
    server.start();
    String env = folder.resolve("broadcasty.env").toString();
    CliRun.of("install", "--env-file", env).exits(ExitCode.DONE);
    String token =
        write(
            "token",
            CliRun.of("jwt:issue", "--env-file", env, "--sub", "ann", "--tenant", "acme").out());
    String policies =
        write("policies.json", "{\"policies\": [{\"channels\": \"a.*\", \"rules\": []}]}");
    String url = "http://localhost:" + server.getAddress().getPort();
    List<String> local = List.of("--env-file", env);
    List<String> remote = List.of("--url", url, "--token-file", token);
    uses = new LinkedHashMap<>();
    use("install", local);
    use("info", local);
    use("doctor", local, "--port", String.valueOf(FreePorts.next()));
    use("completion", List.of(), "zsh");
    use("jwt:keygen", List.of(), "--out", folder.toString(), "--force");
    use("jwt:issue", local, "--sub", "ann");
    use("jwt:decode", local, token);
    use("vapid:keygen", List.of());
    use("admin:token", local);
    use("drain", List.of(), "--pid", "999999999");
    use("nodes", remote);
    use("tenant:list", remote);
    use("tenant:show", remote, "acme");
    use("tenant:create", remote, "acme", "--set", "a=1");
    use("tenant:change", remote, "acme", "--name", "Acme");
    use("tenant:suspend", remote, "acme");
    use("tenant:activate", remote, "acme");
    use("tenant:delete", remote, "acme", "--yes");
    use("key:list", remote);
    use("key:create", remote, "shop", "--scope", "a=publish");
    use("key:rotate", remote, "1");
    use("key:revoke", remote, "1");
    use("key:rotate-master", remote);
    use("policy:list", remote);
    use("policy:export", remote);
    use("policy:apply", remote, policies);
    use("policy:test", remote, "publish", "a", "--sub", "ann");
    use("revoke", remote, "--user", "ann");
    use("user:export", remote, "ann", "--out", folder.resolve("ann.ndjson").toString());
    use("user:erase", remote, "ann", "--yes");
    use("audit:verify", remote);
    use("audit:export", remote);
  }

  @AfterAll
  static void stop() {
    server.stop(0);
  }

  private static void use(String command, List<String> where, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(where);
    uses.put(command, all);
  }

  private static String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  /** Answers every request with all that some command reads. */
  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    boolean nothing = exchange.getRequestMethod().equals("DELETE");
    byte[] body =
        (path.endsWith("/export") && exchange.getRequestMethod().equals("GET")
                ? "{\"action\":\"key.create\"}\n{\"action\":\"key.revoke\"}\n"
                : """
                {"id": "7", "state": "done", "secret": "s", "allowed": true, "intact": true,
                 "complete": true, "tenants": [{"id": "acme"}], "keys": [], "nodes": [],
                 "policies": [{"id": "1", "channels": "b.*", "rules": [], "revision": 1}]}
                """)
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(nothing ? 204 : 200, nothing ? -1 : body.length);
    if (!nothing) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static Stream<CommandSpec> commands() {
    Map<String, CommandSpec> commands = new LinkedHashMap<>();
    Broadcasty.commandLine()
        .getSubcommands()
        .forEach((name, command) -> commands.put(name, command.getCommandSpec()));
    assertEquals(Set.copyOf(commands.keySet()), uses.keySet());
    return commands.values().stream();
  }

  @TestFactory
  Stream<DynamicTest> theJsonOfEachCommandIsOneObject() {
    return commands()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.name(),
                    () -> {
                      CliRun run = run(command, uses(command), "--json");
                      Map<String, Object> object = run.json();
                      assertEquals("", run.err().replace("The secret is shown this once.\n", ""));
                      if (command.name().equals("drain")) {
                        run.exits(ExitCode.UNREACHABLE);
                        assertEquals(run.exitCode(), object.get("exitCode"));
                      } else {
                        run.exits(ExitCode.DONE);
                        assertTrue(!object.isEmpty() && !object.containsKey("error"), run.out());
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> theWrongUseOfEachCommandIsAnsweredByWhatToType() {
    return commands()
        .flatMap(
            command ->
                wrongUses(command).entrySet().stream()
                    .map(
                        wrong ->
                            DynamicTest.dynamicTest(
                                command.name() + " " + wrong.getKey(),
                                () -> isExplained(command, wrong.getValue()))));
  }

  /**
   * A wrong use.
   *
   * @param named what the message must name
   */
  private record Wrong(List<String> arguments, String named) {}

  private static Map<String, Wrong> wrongUses(CommandSpec command) {
    Map<String, Wrong> wrong = new LinkedHashMap<>();
    List<String> right = uses(command);
    wrong.put("with an option that it has not", with(right, "--no-such", "--no-such"));
    wrong.put("with an argument too many", with(right, "surplus", "surplus"));
    for (OptionSpec option : command.options()) {
      String name = option.longestName();
      if (option.arity().max() > 0) {
        wrong.put("with " + name + " without a value", with(without(right, name), name, name));
        if (!ANY_TEXT.contains(option.auxiliaryTypes()[0])) {
          List<String> bad = new ArrayList<>(without(right, name));
          bad.add(name);
          wrong.put("with nonsense as " + name, with(bad, "n@nsense", name));
        }
      }
      if (option.required()) {
        wrong.put("without " + name, new Wrong(without(right, name), name));
      }
    }
    for (ArgSpec argument : command.positionalParameters()) {
      if (argument.required()) {
        List<String> options = right.subList(command.positionalParameters().size(), right.size());
        wrong.put("without " + argument.paramLabel(), new Wrong(options, argument.paramLabel()));
      }
      if (!ANY_TEXT.contains(argument.type())) {
        List<String> bad = new ArrayList<>(right);
        bad.set(0, "n@nsense");
        wrong.put("with nonsense as " + argument.paramLabel(), new Wrong(bad, "n@nsense"));
      }
    }
    return wrong;
  }

  private static Wrong with(List<String> arguments, String last, String named) {
    List<String> all = new ArrayList<>(arguments);
    all.add(last);
    return new Wrong(all, named);
  }

  /** Returns arguments without an option and its value. */
  private static List<String> without(List<String> arguments, String option) {
    List<String> rest = new ArrayList<>(arguments);
    int at = rest.indexOf(option);
    if (at >= 0) {
      rest.subList(at, at + 2).clear();
    }
    return rest;
  }

  private static void isExplained(CommandSpec command, Wrong wrong) {
    run(command, wrong.arguments)
        .exits(ExitCode.USAGE)
        .says(wrong.named)
        .says("For all options type: broadcasty " + command.name() + " --help");
    List<String> first = new ArrayList<>(List.of("--json"));
    first.addAll(wrong.arguments);
    CliRun json = run(command, first).exits(ExitCode.USAGE);
    assertEquals("", json.err());
    assertTrue(String.valueOf(json.json().get("error")).contains(wrong.named), json.out());
    assertEquals(ExitCode.USAGE.code(), json.json().get("exitCode"));
  }

  private static List<String> uses(CommandSpec command) {
    List<String> found = uses.get(command.name());
    if (found == null) {
      throw new AssertionError(command.name());
    }
    return found;
  }

  private static CliRun run(CommandSpec command, List<String> arguments, String... more) {
    List<String> all = new ArrayList<>(List.of(command.name()));
    all.addAll(arguments);
    all.addAll(Arrays.asList(more));
    return CliRun.of(all.toArray());
  }
}
