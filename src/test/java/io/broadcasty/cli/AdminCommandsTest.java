package io.broadcasty.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests what the commands of administration send and make of the answers, with a server that
 * answers as it is told. CliIT tries them with a real one.
 */
class AdminCommandsTest {

  private static final String POLICIES =
      """
      {"policies": [
        {"id": "1", "channels": "a.*", "rules": [{"allow": ["publish"]}], "revision": 4},
        {"id": "2", "channels": "b.*", "rules": [], "revision": 1},
        {"id": "3", "channels": "c.*", "rules": [], "revision": 1}]}\
      """;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  /** An answer: a status and a body. */
  private record Answer(int status, String body) {}

  private final Map<String, List<Answer>> answers = new HashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private HttpServer server;

  private Path token = Path.of("");

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    token = Files.writeString(folder.resolve("token"), "the-token\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String key =
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI().toString().replace("/broadcasty/admin/", "");
    String ifMatch = exchange.getRequestHeaders().getFirst("If-Match");
    requests.add((key + " " + sent + (ifMatch == null ? "" : " if " + ifMatch)).strip());
    List<Answer> due = answers.getOrDefault(key, new ArrayList<>());
    boolean signed =
        "Bearer the-token".equals(exchange.getRequestHeaders().getFirst("Authorization"));
    Answer answer =
        !signed
            ? new Answer(401, "{\"code\":\"unauthorized\",\"detail\":\"no\"}")
            : due.isEmpty()
                ? new Answer(404, "{\"code\":\"not_found\",\"detail\":\"nothing here\"}")
                : due.size() > 1 ? due.remove(0) : due.get(0);
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void when(String request, int status, String body) {
    answers.computeIfAbsent(request, r -> new ArrayList<>()).add(new Answer(status, body));
  }

  private CliRun run(Object... arguments) {
    Object[] all = new Object[arguments.length + 4];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--url";
    all[arguments.length + 1] = "http://localhost:" + server.getAddress().getPort() + "/";
    all[arguments.length + 2] = "--token-file";
    all[arguments.length + 3] = token;
    return CliRun.of(all);
  }

  @Test
  void listsReadAllPagesAndAreTables() {
    when("GET tenants?limit=500", 200, "{\"tenants\":[{\"id\":\"a\"}],\"next\":\"a\"}");
    when(
        "GET tenants?after=a&limit=500",
        200,
        "{\"tenants\":[{\"id\":\"b\",\"state\":\"active\",\"settings\":{\"x\":\"1\"}}]}");
    assertEquals(
        "id  state   settings\na\nb   active  {\"x\":\"1\"}\n",
        run("tenant:list").exits(ExitCode.DONE).out());
    assertEquals(2, Json.objects(run("tenant:list", "--json").json().get("tenants")).size());
  }

  @Test
  void tenantsAreChangedAsSaid() {
    when("POST tenants", 201, "{\"id\":\"acme\"}");
    when("PATCH tenants/acme", 200, "{\"id\":\"acme\"}");
    when("DELETE tenants/acme", 204, "");
    run("tenant:create", "acme", "--name", "Acme Ltd", "--set", "limits.batch=5")
        .exits(ExitCode.DONE);
    run("tenant:change", "acme", "--set", "a=1", "--unset", "b").exits(ExitCode.DONE);
    run("tenant:suspend", "acme").exits(ExitCode.DONE);
    run("tenant:activate", "acme").exits(ExitCode.DONE);
    run("tenant:delete", "acme", "--yes").exits(ExitCode.DONE);
    assertEquals(
        List.of(
            "POST tenants {\"id\":\"acme\",\"name\":\"Acme"
                + " Ltd\",\"settings\":{\"limits.batch\":\"5\"}}",
            "PATCH tenants/acme {\"settings\":{\"a\":\"1\",\"b\":null}}",
            "PATCH tenants/acme {\"state\":\"suspended\"}",
            "PATCH tenants/acme {\"state\":\"active\"}",
            "DELETE tenants/acme"),
        requests);
  }

  @Test
  void aSecretCanGoToAFile() throws IOException {
    when("POST keys", 201, "{\"id\":\"1\",\"secret\":\"bk_1_x\"}");
    run("key:create", "shop", "--scope", "orders.*=publish,subscribe", "--tenant", "acme")
        .exits(ExitCode.DONE)
        .prints("bk_1_x")
        .says("shown this once");
    Path file = folder.resolve("secret");
    CliRun run =
        run("key:create", "shop", "--scope", "orders.*=publish", "--secret-file", file)
            .exits(ExitCode.DONE);
    assertFalse(run.out().contains("bk_1_x"), run.out());
    assertEquals("bk_1_x", Files.readString(file));
    assertEquals(
        "POST keys {\"name\":\"shop\",\"scopes\":[{\"channels\":\"orders.*\",\"operations\":"
            + "[\"publish\",\"subscribe\"]}],\"tenant\":\"acme\"}",
        requests.get(0));
  }

  @Test
  void onlyWhatDiffersIsApplied() throws IOException {
    when("GET policies?limit=500", 200, POLICIES);
    when("PATCH policies/1", 200, "{}");
    when("POST policies", 201, "{\"id\":\"9\"}");
    when("DELETE policies/3", 204, "");
    Path file =
        Files.writeString(
            folder.resolve("policies.json"),
            """
            {"policies": [
              {"channels": "a.*", "rules": [{"allow": ["subscribe"]}]},
              {"channels": "b.*", "rules": []},
              {"channels": "d.*", "rules": []}]}\
            """);
    run("policy:apply", file, "--dry-run", "--prune").exits(ExitCode.DONE).prints("deleted");
    assertEquals(1, requests.size(), requests.toString());
    run("policy:apply", file, "--prune").exits(ExitCode.DONE);
    assertEquals(
        List.of(
            "GET policies?limit=500",
            "PATCH policies/1 {\"rules\":[{\"allow\":[\"subscribe\"]}]} if \"4\"",
            "DELETE policies/3",
            "POST policies {\"channels\":\"d.*\",\"rules\":[]}"),
        requests.subList(1, requests.size()));
  }

  @Test
  void whatIsExportedCanBeApplied() throws IOException {
    when("GET policies?limit=500", 200, POLICIES);
    Path file =
        Files.writeString(
            folder.resolve("policies.json"), run("policy:export").exits(ExitCode.DONE).out());
    assertFalse(Files.readString(file).contains("revision"));
    CliRun applied = run("policy:apply", file, "--json").exits(ExitCode.DONE);
    for (Map<String, Object> change : Json.objects(applied.json().get("policies"))) {
      assertEquals("unchanged", change.get("change"));
    }
  }

  @Test
  void aDenialIsAnExitCode() {
    when(
        "POST access/explain",
        200,
        "{\"allowed\":false,\"steps\":[{\"check\":\"rule\",\"passed\":false,\"detail\":\"why\"}]}");
    run(
            "policy:test",
            "subscribe",
            "private-a",
            "--sub",
            "ann",
            "--role",
            "member",
            "--claim",
            "level=3")
        .exits(ExitCode.PROBLEM)
        .prints("denied\nno   rule      why");
    assertEquals(
        "POST access/explain {\"subject\":\"ann\",\"roles\":[\"member\"],\"operation\":"
            + "\"subscribe\",\"channel\":\"private-a\",\"claims\":{\"level\":3}}",
        requests.get(0));
  }

  @Test
  void anExportWaitsForItsJob() throws IOException {
    when("POST users/ann%20b/export", 202, "{\"id\":\"7\",\"state\":\"waiting\"}");
    when("GET privacy/7", 200, "{\"id\":\"7\",\"state\":\"running\",\"area\":\"streams\"}");
    when("GET privacy/7", 200, "{\"id\":\"7\",\"state\":\"done\",\"report\":{\"streams\":2}}");
    when("GET privacy/7/export", 200, "{\"a\":1}\n{\"b\":2}\n");
    Path file = folder.resolve("ann.ndjson");
    run("user:export", "ann b", "--out", file).exits(ExitCode.DONE).prints("streams");
    assertEquals("{\"a\":1}\n{\"b\":2}\n", Files.readString(file));
  }

  @Test
  void anErasureThatFailsSaysWhy() {
    when("POST users/ann/erase", 202, "{\"id\":\"7\",\"state\":\"failed\",\"problem\":\"why\"}");
    run("user:erase", "ann", "--yes").exits(ExitCode.FAILED).says("the job has failed: why");
  }

  @Test
  void theAuditLogIsVerifiedToItsEnd() {
    when(
        "GET audit/verify",
        200,
        "{\"complete\":false,\"intact\":true,\"entries\":5,\"verified\":\"5-a\"}");
    when(
        "GET audit/verify?after=5-a",
        200,
        "{\"complete\":true,\"intact\":false,\"fault\":{\"reason\":\"changed\",\"number\":6},"
            + "\"entries\":1,\"verified\":\"6-b\"}");
    Map<String, Object> report = run("audit:verify", "--json").exits(ExitCode.PROBLEM).json();
    assertEquals(6, report.get("entries"));
    assertEquals(false, report.get("intact"));
    assertEquals("changed", Json.object(report.get("fault")).get("reason"));
  }

  @Test
  void aRefusalSaysWhyAndWhatToType() throws IOException {
    run("tenant:show", "none").exits(ExitCode.REFUSED).says("404 not_found").says("nothing here");
    assertEquals("not_found", run("tenant:show", "none", "--json").json().get("code"));
    Files.writeString(token, "another");
    run("nodes").exits(ExitCode.REFUSED).says("broadcasty admin:token");
    CliRun.of("nodes", "--url", "http://localhost:" + FreePorts.next(), "--token-file", token)
        .exits(ExitCode.UNREACHABLE)
        .says("does not answer")
        .says("--url URL");
  }

  @Test
  void wrongUseIsAnsweredByWhatToType() throws IOException {
    run("key:create", "shop", "--scope", "orders").exits(ExitCode.USAGE).says("orders.*=publish");
    run("key:create", "shop").exits(ExitCode.USAGE).says("--scope");
    run("tenant:delete", "acme").exits(ExitCode.USAGE).says("--yes");
    run("tenant:change", "acme").exits(ExitCode.USAGE).says("--set KEY=VALUE");
    run("user:erase", "ann").exits(ExitCode.USAGE).says("for good").says("--yes");
    run("user:export", "ann").exits(ExitCode.USAGE).says("--out");
    run("revoke").exits(ExitCode.USAGE).says("Name one of --user");
    run("revoke", "--user", "a", "--key", "b").exits(ExitCode.USAGE).says("Name one of --user");
    run("revoke", "--whole-tenant").exits(ExitCode.USAGE).says("--tenant TENANT");
    run("policy:test", "subscribe").exits(ExitCode.USAGE).says("CHANNEL");
    Path file = Files.writeString(folder.resolve("p.json"), "[]");
    run("policy:apply", file).exits(ExitCode.USAGE).says("JSON object");
    Files.writeString(file, "{}");
    run("policy:apply", file).exits(ExitCode.USAGE).says("policy:export");
    run("audit:export", "--format", "pdf").exits(ExitCode.USAGE).says("ndjson");
    CliRun.of("nodes", "--url", "here", "--token-file", token)
        .exits(ExitCode.USAGE)
        .says("http://localhost:8080");
    CliRun.of("drain").exits(ExitCode.USAGE).says("--pid");
    CliRun.of("drain", "--pid", "999999999").exits(ExitCode.UNREACHABLE).says("process id");
    assertTrue(requests.isEmpty(), requests.toString());
  }

  @Test
  void withoutATokenTheMessageSaysHowToGetOne() throws IOException {
    Path env = Files.writeString(folder.resolve("a.env"), "BROADCASTY_DEV=true\n");
    CliRun.of("nodes", "--env-file", env)
        .exits(ExitCode.USAGE)
        .says("--token-file FILE")
        .says("admin:token");
    Files.writeString(env, "BROADCASTY_JWT_SECRET=" + Secrets.random());
    CliRun.of("nodes", "--env-file", env)
        .exits(ExitCode.CONFIGURATION)
        .says("BROADCASTY_OPERATOR_TENANT=operations");
    CliRun.of("admin:token", "--tenant", "acme", "--env-file", env).exits(ExitCode.DONE);
  }
}
