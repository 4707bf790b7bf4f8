package io.broadcasty.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The client reads and writes what the protocol's vectors say. */
final class VectorsTest {

  @TestFactory
  Stream<DynamicTest> signsRequests() {
    return named(Vectors.read("signed-requests.json").get("requests").orElseThrow())
        .map(vector -> dynamicTest(name(vector), () -> sign(vector)));
  }

  private static void sign(Json vector) {
    Instant now = Instant.ofEpochSecond(Long.parseLong(text(vector, "timestamp")));
    Credentials credentials =
        new SignedCredentials(
            text(vector, "secret"), Clock.fixed(now, ZoneOffset.UTC), () -> text(vector, "nonce"));

    Map<String, String> headers =
        credentials.headers(
            text(vector, "method"),
            text(vector, "path"),
            text(vector, "query"),
            text(vector, "body").getBytes(StandardCharsets.UTF_8));

    assertEquals(text(vector, "authorization"), headers.get("Authorization"));
    assertEquals(text(vector, "bodySha256"), headers.get("Broadcasty-Body-SHA256"));
    assertEquals(text(vector, "timestamp"), headers.get("Broadcasty-Timestamp"));
    assertEquals(text(vector, "nonce"), headers.get("Broadcasty-Nonce"));
  }

  @TestFactory
  Stream<DynamicTest> readsPublications() {
    return named(Vectors.read("server-frames.json").get("vectors").orElseThrow())
        .filter(vector -> text(vector, "kind").equals("publication"))
        .map(vector -> dynamicTest(name(vector), () -> readPublication(vector)));
  }

  private static void readPublication(Json vector) {
    Json input = vector.get("input").orElseThrow();

    Publication publication = Publication.read(vector.get("frame").orElseThrow());

    assertEquals(text(input, "channel"), publication.channel());
    assertEquals(
        new Position(
            text(input, "epoch"),
            (int) input.get("partition").orElseThrow().asLong(),
            input.get("sequence").orElseThrow().asLong()),
        publication.position().orElseThrow());
    assertEquals(text(input, "id"), publication.id());
    assertEquals(input.get("event").map(Json::asString), publication.event());
    assertEquals(input.get("sender").map(Json::asString), publication.sender());
    assertEquals(Json.parse(text(input, "payload")).toJava(), publication.payload().toJava());
    assertEquals(
        input.get("meta").map(meta -> Json.parse(meta.asString()).toJava()),
        publication.meta().map(Json::toJava));
    assertEquals(input.get("time").orElseThrow().asLong(), publication.time().toEpochMilli());
  }

  @TestFactory
  Stream<DynamicTest> writesWhatTheServerReads() {
    return named(Vectors.read("publish-bodies.json").get("vectors").orElseThrow())
        .filter(VectorsTest::isOneGoodPublication)
        .map(vector -> dynamicTest(name(vector), () -> write(vector)));
  }

  private static boolean isOneGoodPublication(Json vector) {
    return vector.get("expect").isPresent()
        && !vector.get("expect").get().get("batch").orElseThrow().asBoolean()
        && item(vector).get("error").isEmpty()
        && item(vector).get("pushIfUndelivered").isEmpty();
  }

  private static Json item(Json vector) {
    return vector.get("expect").orElseThrow().get("items").orElseThrow().items().get(0);
  }

  private static void write(Json vector) {
    Json item = item(vector);
    Message.Builder message =
        Message.to(Vectors.text(item.get("channel").orElseThrow()))
            .json(Vectors.text(item.get("payload").orElseThrow()));
    item.get("meta").ifPresent(meta -> message.meta(Json.parse(Vectors.text(meta))));
    item.get("id").ifPresent(id -> message.id(Vectors.text(id)));
    item.get("event").ifPresent(event -> message.event(Vectors.text(event)));
    item.get("partitionKey").ifPresent(key -> message.partitionKey(Vectors.text(key)));
    item.get("compactionKey").ifPresent(key -> message.compactionKey(Vectors.text(key)));
    item.get("correlationId").ifPresent(id -> message.correlationId(Vectors.text(id)));
    item.get("replyTo").ifPresent(replyTo -> message.replyTo(Vectors.text(replyTo)));
    item.get("toOthers").ifPresent(session -> message.toOthers(Vectors.text(session)));
    item.get("headers")
        .ifPresent(
            headers ->
                headers
                    .fields()
                    .forEach((name, value) -> message.header(name, Vectors.text(value))));
    if (item.get("store").isPresent()) {
      message.ephemeral();
    }

    Json written = Json.parse(message.build().json());

    Map<String, Object> expected = new LinkedHashMap<>();
    item.fields()
        .forEach(
            (name, value) ->
                expected.put(name, value.isArray() ? Vectors.text(value) : value.toJava()));
    expected.put("payload", Json.parse(Vectors.text(item.get("payload").orElseThrow())).toJava());
    item.get("meta")
        .ifPresent(meta -> expected.put("meta", Json.parse(Vectors.text(meta)).toJava()));
    item.get("headers")
        .ifPresent(
            headers -> {
              Map<String, Object> texts = new LinkedHashMap<>();
              headers.fields().forEach((name, value) -> texts.put(name, Vectors.text(value)));
              expected.put("headers", texts);
            });
    expected.putIfAbsent("id", text(written, "id"));
    assertEquals(expected, written.toJava());
  }

  private static Stream<Json> named(Json vectors) {
    return vectors.items().stream();
  }

  private static String name(Json vector) {
    return text(vector, "name");
  }

  private static String text(Json of, String field) {
    return of.get(field).map(Vectors::text).orElse("");
  }
}
