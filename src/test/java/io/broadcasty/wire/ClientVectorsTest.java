package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.tenant.PublishCaps;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.PublishRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingSupplier;

/** Tests the readers of client messages by the vectors. */
@NullUnmarked // a vector without a field is a broken vector
class ClientVectorsTest {

  @TestFactory
  Stream<DynamicTest> frames() {
    CommandReader reader = new CommandReader(new PublishReader());
    PublishCaps caps = caps("vectors/client-frames.json");
    return Vectors.each(
        "vectors/client-frames.json",
        "vectors",
        v -> check(v, () -> meaning(reader.read(Vectors.text(v.get("frame")), caps))));
  }

  @TestFactory
  Stream<DynamicTest> bodies() {
    PublishReader reader = new PublishReader();
    PublishCaps caps = caps("vectors/publish-bodies.json");
    return Vectors.each(
        "vectors/publish-bodies.json",
        "vectors",
        v -> {
          byte[] body =
              v.get("bodyHex") instanceof String hex
                  ? HexFormat.of().parseHex(hex)
                  : Vectors.text(v.get("body")).getBytes(StandardCharsets.UTF_8);
          check(v, () -> meaning(reader.read(body, caps)));
        });
  }

  private static PublishCaps caps(String file) {
    Map<String, Object> limits = Vectors.object(Vectors.file(file), "limits");
    return new PublishCaps(
        Vectors.integer(limits, "payloadBytes"), Vectors.integer(limits, "batch"));
  }

  private static void check(Map<String, Object> vector, ThrowingSupplier<Object> reading) {
    if (vector.get("error") instanceof String code) {
      ProblemException refusal = assertThrows(ProblemException.class, reading::get);
      assertEquals(code, refusal.problem().code().wireName(), refusal.problem().detail());
      assertFalse(refusal.problem().detail().isBlank());
      return;
    }
    try {
      assertEquals(spelledOut(vector.get("expect")), reading.get());
    } catch (ProblemException e) {
      throw new AssertionError("refused: " + e.problem(), e);
    } catch (Throwable e) {
      throw e instanceof Error error ? error : new AssertionError(e);
    }
  }

  /** Puts texts in parts together. */
  private static Object spelledOut(Object value) {
    if (value instanceof List<?> list) {
      return !list.isEmpty() && list.get(0) instanceof String
          ? Vectors.text(list)
          : list.stream().map(ClientVectorsTest::spelledOut).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> out = new LinkedHashMap<>();
      map.forEach((key, v) -> out.put(key, spelledOut(v)));
      return out;
    }
    return value;
  }

  private static Object meaning(CommandReader.Frame frame) {
    List<Object> commands = new ArrayList<>();
    for (CommandReader.IdentifiedCommand numbered : frame.commands()) {
      Map<String, Object> meaning = new LinkedHashMap<>();
      meaning.put("id", numbered.id() == null ? null : Vectors.parse(numbered.id()));
      meaning.putAll(meaning(numbered.command()));
      commands.add(meaning);
    }
    return Map.of("batch", frame.batch(), "commands", commands);
  }

  private static Map<String, Object> meaning(Command command) {
    if (command instanceof Command.Connect connect) {
      return Map.of("command", "connect", "token", connect.token());
    }
    if (command instanceof Command.Refresh refresh) {
      return Map.of("command", "refresh", "token", refresh.token());
    }
    if (command instanceof Command.Ping) {
      return Map.of("command", "ping");
    }
    if (command instanceof Command.Subscribe subscribe) {
      return Map.of(
          "command",
          "subscribe",
          "channel",
          subscribe.channel(),
          "since",
          meaning(subscribe.since()));
    }
    if (command instanceof Command.Unsubscribe unsubscribe) {
      return Map.of("command", "unsubscribe", "channel", unsubscribe.channel());
    }
    if (command instanceof Command.Publish publish) {
      Map<String, Object> meaning = meaning(publish.publication(), "publicationId", publish.push());
      meaning.put("command", "publish");
      return meaning;
    }
    if (command instanceof Command.Join join) {
      Map<String, Object> meaning = new LinkedHashMap<>();
      meaning.put("command", "join");
      meaning.put("channel", join.channel());
      if (join.member() != null) {
        meaning.put("member", join.member());
      }
      return meaning;
    }
    if (command instanceof Command.Leave leave) {
      return Map.of("command", "leave", "channel", leave.channel());
    }
    if (command instanceof Command.Presence presence) {
      return Map.of("command", "presence", "channel", presence.channel());
    }
    if (command instanceof Command.Members members) {
      Map<String, Object> meaning = new LinkedHashMap<>();
      meaning.put("command", "members");
      meaning.put("channel", members.channel());
      meaning.put("limit", (long) members.limit());
      if (members.after() != null) {
        meaning.put("after", members.after());
      }
      return meaning;
    }
    if (command instanceof Command.InvalidPublish invalid) {
      return Map.of("error", invalid.problem().code().wireName());
    }
    return Map.of("error", ((Command.Malformed) command).problem().code().wireName());
  }

  private static Object meaning(Since since) {
    if (since instanceof Since.Live) {
      return "live";
    }
    if (since instanceof Since.FromSequence from) {
      return Map.of("fromSequence", from.sequence());
    }
    if (since instanceof Since.Last last) {
      return Map.of("last", (long) last.count());
    }
    return Map.of("after", positions((Since.After) since));
  }

  static List<Map<String, Object>> positions(Since.After after) {
    List<Map<String, Object>> all = new ArrayList<>();
    after
        .channels()
        .forEach(
            channel ->
                after.positions().get(channel).stream()
                    .sorted(Comparator.comparingInt(Position::partition))
                    .forEach(
                        p ->
                            all.add(
                                Map.of(
                                    "channel", channel.value(),
                                    "epoch", p.epoch(),
                                    "partition", (long) p.partition(),
                                    "sequence", p.sequence()))));
    return all;
  }

  private static Object meaning(PublishReader.Request request) {
    List<Object> items = new ArrayList<>();
    for (PublishReader.Item item : request.items()) {
      items.add(
          item.request() == null
              ? Map.of("error", item.problem().code().wireName())
              : meaning(item.request(), "id", item.push()));
    }
    return Map.of("batch", request.batch(), "items", items);
  }

  private static Map<String, Object> meaning(
      PublishRequest request, String idField, PushReader.Undelivered push) {
    Map<String, Object> meaning = new LinkedHashMap<>();
    meaning.put("channel", request.channel().value());
    meaning.put("payload", request.message().payload());
    meaning.put("meta", request.message().meta());
    meaning.put(idField, request.id());
    meaning.put("partitionKey", request.partitionKey());
    meaning.put("compactionKey", request.message().origin().compactionKey());
    meaning.put("event", request.message().event());
    meaning.put("correlationId", request.message().correlationId());
    meaning.put("replyTo", request.message().replyTo());
    meaning.put(
        "headers",
        request.message().headers().isEmpty() ? null : request.message().headers().toMap());
    meaning.put(
        "pushIfUndelivered",
        push == null
            ? null
            : Map.of("after", push.afterSeconds(), "title", push.notification().title()));
    meaning.put("store", request.ephemeral() ? false : null);
    String except = request.message().origin().exceptSession();
    meaning.put("toOthers", PublishReader.THIS_SESSION.equals(except) ? (Object) true : except);
    meaning.values().removeIf(v -> v == null);
    return meaning;
  }
}
