package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.broadcasty.OpenApiDocument;
import io.broadcasty.OpenApiDocument.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tries every address of administration that the OpenAPI document has, as those who may not use it:
 * nobody, a user without a role, an API key, and the administrator of another tenant with the
 * identifiers of this one. A new address is tried as soon as the document has it.
 */
final class RefusalChecks {

  private static final String ADMINISTRATION = "/broadcasty/admin/";
  private static final String VICTIM = "globex";
  private static final String OTHER = "umbrella";
  private static final String EVENTS = "text/event-stream";
  private static final Pattern ABOUT_TOKENS =
      Pattern.compile("\"code\":\"(unauthorized|token_expired|forbidden)\"");
  private static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");

  /** A path or query parameter of this name, or a field of a body, names a tenant. */
  private static final String TENANT = "tenant";

  private final Api api;
  private final OpenApiDocument document = OpenApiDocument.read();
  private final List<Operation> everywhere = document.operations();
  private final List<Operation> operations =
      everywhere.stream().filter(operation -> operation.path().startsWith(ADMINISTRATION)).toList();

  /** What belongs to the victim, by the name of its parameter. */
  private final Map<String, String> identifiers = new LinkedHashMap<>();

  private final String metadata;
  private String secret = "";
  private int callers;

  RefusalChecks(Api api) {
    this.api = api;
    this.metadata = "resource_metadata=\"" + api.base + "/.well-known/oauth-protected-resource\"";
  }

  /** A request and what it was answered with. */
  private record Answer(Operation operation, boolean namesTheVictim, int status, String body) {

    @Override
    public String toString() {
      return operation + ": " + status + " " + body;
    }
  }

  /**
   * Every address of the document names the metadata of this server when it refuses a token: one
   * that is none, and that of a user who may do nothing.
   */
  void refusalsNameTheMetadataEverywhere() {
    for (Operation operation : everywhere) {
      Answer answer = attempt(operation, "none");
      boolean open = operation.isOpen() || operation.path().startsWith("/apps/");
      assertTrue(open || answer.status == 401, answer::toString);
    }
    long forbidden =
        everywhere.stream()
            .map(operation -> attempt(operation, token(OTHER, "stranger")))
            .filter(answer -> answer.status == 403)
            .count();
    assertTrue(forbidden > operations.size(), forbidden + " were refused");
  }

  void othersAreRefusedEverywhere() {
    assertTrue(operations.size() > 20, "the document was not read");
    create();
    Map<String, String> before = belongings();
    double recorded = denials();
    List<Answer> nobody = tryAll(() -> "");
    List<Answer> users = tryAll(() -> token(VICTIM, "member"));
    List<Answer> key = tryAll(() -> secret);
    assertAll(401, nobody);
    assertAll(403, users);
    assertAll(403, key);
    List<Answer> admin = tryAll(() -> token(OTHER, "admin"));
    for (Answer answer : admin) {
      assertTrue(answer.status < 500, answer::toString);
      if (answer.namesTheVictim) {
        assertTrue(answer.status == 403 || answer.status == 404, answer::toString);
      }
      identifiers
          .values()
          .forEach(each -> assertFalse(answer.body.contains('"' + each + '"'), answer::toString));
    }
    assertEquals(before, belongings());
    assertEveryRefusalIsRecorded(recorded, users, key, admin);
    remove();
  }

  private static void assertAll(int status, List<Answer> answers) {
    List<Answer> others = answers.stream().filter(answer -> answer.status != status).toList();
    assertEquals(List.of(), others);
  }

  /** Refusals are sampled for the audit log, and the count of all is kept. */
  private void assertEveryRefusalIsRecorded(
      double before, List<Answer> users, List<Answer> key, List<Answer> admin) {
    long refused = admin.stream().filter(answer -> answer.status == 403).count();
    double recorded = denials() - before;
    assertTrue(
        recorded >= users.size() + key.size() + refused,
        () -> recorded + " refusals were recorded, of " + refused + " and twice " + users.size());
    for (String tenant : List.of(VICTIM, OTHER)) {
      String entries = "/broadcasty/admin/audit?outcome=refused&tenant=" + tenant;
      Api.await(
          "the refusals of " + tenant,
          () ->
              api.get(entries, api.tokens.operator())
                  .body()
                  .contains("\"action\":\"security.denied\""));
    }
    long changes =
        admin.stream()
            .filter(answer -> answer.status == 404 && !answer.operation.method().equals("GET"))
            .count();
    String failed =
        api.get(
                "/broadcasty/admin/audit?outcome=failed&limit=1000&tenant=" + OTHER,
                api.tokens.operator())
            .body();
    long written = Pattern.compile("\"outcome\":\"failed\"").matcher(failed).results().count();
    assertTrue(written >= changes, () -> changes + " changes were tried: " + failed);
  }

  private double denials() {
    return Scrape.of(api).samples().entrySet().stream()
        .filter(sample -> sample.getKey().startsWith("broadcasty_security_events"))
        .filter(sample -> sample.getKey().contains("\"denied\""))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  private List<Answer> tryAll(Supplier<String> tokens) {
    List<Answer> answers = new ArrayList<>();
    for (Operation operation : operations) {
      answers.add(attempt(operation, tokens.get()));
    }
    return answers;
  }

  private Answer attempt(Operation operation, String token) {
    boolean namesTheVictim = false;
    StringBuilder path = new StringBuilder();
    Matcher parameter = PARAMETER.matcher(operation.path());
    while (parameter.find()) {
      namesTheVictim |= identifiers.containsKey(parameter.group(1));
      parameter.appendReplacement(path, identifiers.getOrDefault(parameter.group(1), "x"));
    }
    parameter.appendTail(path);
    String separator = "?";
    for (Map<String, Object> each : document.parameters(operation, "query")) {
      boolean tenant = TENANT.equals(each.get("name"));
      if (tenant || Boolean.TRUE.equals(each.get("required"))) {
        path.append(separator)
            .append(each.get("name"))
            .append('=')
            .append(tenant ? VICTIM : document.sample(each));
        separator = "&";
        namesTheVictim |= tenant;
      }
    }
    HttpRequest.Builder request = api.request(path.toString(), token);
    if (operation.path().endsWith("/session")) { // which only a page may begin
      request.header("Origin", api.base.toString());
    }
    HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.noBody();
    if (document.requestExample(operation) instanceof Map<?, ?> example) {
      Map<String, Object> fields = new LinkedHashMap<>();
      example.forEach((name, value) -> fields.put((String) name, value));
      if (document.requestFields(operation).contains(TENANT)) {
        fields.put(TENANT, VICTIM);
        namesTheVictim = true;
      }
      request.header("Content-Type", "application/json");
      body = HttpRequest.BodyPublishers.ofString(JSONObjectUtils.toJSONString(fields));
    }
    return send(operation, namesTheVictim, request.method(operation.method(), body).build());
  }

  /** Sends a request, and reads its answer unless that is a stream, which would not end. */
  private Answer send(Operation operation, boolean namesTheVictim, HttpRequest request) {
    try {
      HttpResponse<InputStream> answer =
          api.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = answer.body()) {
        boolean endless = answer.headers().firstValue("Content-Type").orElse("").startsWith(EVENTS);
        String body = endless ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertNamesTheMetadata(operation, answer, body);
        return new Answer(operation, namesTheVictim, answer.statusCode(), body);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(operation.toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void assertNamesTheMetadata(
      Operation operation, HttpResponse<InputStream> answer, String body) {
    if (ABOUT_TOKENS.matcher(body).find()) {
      String challenge = answer.headers().firstValue("WWW-Authenticate").orElse("");
      assertTrue(challenge.contains(metadata), () -> operation + ": " + challenge + " " + body);
    }
  }

  /** Returns a token of a user who has sent nothing yet, so that no rate of a user is exceeded. */
  private String token(String tenant, String role) {
    callers++;
    return api.tokens.token(tenant, "caller-" + callers, Duration.ofMinutes(10), List.of(role));
  }

  private void create() {
    identifiers.put(TENANT, VICTIM);
    id("tenants", "{\"id\":\"" + VICTIM + "\"}");
    String webhook = id("webhooks", "{\"url\":\"https://8.8.8.8/hook\"}");
    identifiers.put("webhook", webhook);
    identifiers.put("app", id("apps", "{\"name\":\"a\"}"));
    identifiers.put("message", id("webhooks/" + webhook + "/test", ""));
    String key =
        id(
            "keys",
            "{\"name\":\"k\",\"scopes\":[{\"channels\":\"a\",\"operations\":[\"publish\"]}]}");
    identifiers.put("key", key);
    identifiers.put(
        "policy",
        id("policies", "{\"channels\":\"orders.*\",\"rules\":[{\"allow\":[\"publish\"]}]}"));
    identifiers.put("revocation", id("revocations", "{\"user\":\"gina\"}"));
    identifiers.put("job", id("users/gina/export", "{}"));
    Api.await(
        "the key",
        () ->
            api.post("/broadcasty/publish", secret, "{\"channel\":\"a\",\"payload\":1}")
                    .statusCode()
                == 200);
  }

  private String id(String collection, String json) {
    boolean tenants = collection.equals("tenants");
    HttpResponse<String> created =
        api.post(
            ADMINISTRATION + collection,
            tenants ? api.tokens.operator() : token(VICTIM, "admin"),
            json);
    int status = collection.endsWith("export") || collection.endsWith("test") ? 202 : 201;
    assertEquals(status, created.statusCode(), created.body());
    Matcher issued = Pattern.compile("\"secret\":\"([^\"]+)\"").matcher(created.body());
    if (issued.find()) {
      secret = issued.group(1);
    }
    Matcher id = Pattern.compile("\"id\":\"([^\"]+)\"").matcher(created.body());
    assertTrue(id.find(), created.body());
    return id.group(1);
  }

  /** Returns what the victim has, without what its own requests change. */
  private Map<String, String> belongings() {
    Map<String, String> found = new LinkedHashMap<>();
    for (String collection :
        List.of("tenants/" + VICTIM, "keys", "policies", "revocations", "webhooks", "apps")) {
      HttpResponse<String> answer = api.get(ADMINISTRATION + collection, token(VICTIM, "admin"));
      assertEquals(200, answer.statusCode(), answer.body());
      found.put(
          collection, answer.body().replaceAll(",\"(lastUsedAt|failingSince)\":\"[^\"]*\"", ""));
    }
    return found;
  }

  private void remove() {
    for (String path :
        List.of("revocations/" + identifiers.get("revocation"), "tenants/" + VICTIM)) {
      HttpRequest request =
          api.request(ADMINISTRATION + path, api.tokens.operator()).DELETE().build();
      assertEquals(204, api.send(request).statusCode(), path);
    }
  }
}
