package io.broadcasty.cdi;

import io.broadcasty.client.Position;
import io.broadcasty.client.PublishResult;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * Publishes through Broadcasty in the same JVM. Its function is looked up for each call and never
 * kept, so that this application holds nothing of Broadcasty when that is deployed again.
 */
final class LocalTransport implements Transport {

  /** Where Broadcasty registers the function. */
  static final ObjectName NAME = name();

  /** The attribute of it. */
  static final String ATTRIBUTE = "Publisher";

  private final Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>>
      publisher;

  private LocalTransport(
      Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>> publisher) {
    this.publisher = publisher;
  }

  /** Returns the transport for one call; null when there is no Broadcasty in this JVM now. */
  @SuppressWarnings("unchecked") // as the attribute is described
  static Transport find() {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    if (!server.isRegistered(NAME)) {
      return null;
    }
    try {
      return new LocalTransport(
          (Function<List<Map<String, Object>>, CompletionStage<List<Map<String, Object>>>>)
              server.getAttribute(NAME, ATTRIBUTE));
    } catch (InstanceNotFoundException e) {
      return null; // it has just been unregistered
    } catch (JMException | ClassCastException e) {
      throw new PublishException(
          PublishException.UNEXPECTED,
          NAME + " is not Broadcasty's, or of another version; set broadcasty.client.via=http",
          e);
    }
  }

  @Override
  public CompletionStage<Void> send(List<Outgoing> batch) {
    List<Map<String, Object>> publications = new ArrayList<>(batch.size());
    batch.forEach(each -> publications.add(fields(each)));
    CompletableFuture<List<Map<String, Object>>> answer;
    try {
      answer = publisher.apply(publications).toCompletableFuture();
    } catch (RuntimeException | LinkageError e) { // it stops right now
      answer = CompletableFuture.failedFuture(e);
    }
    // Broadcasty's threads must not run what the application does next
    return answer.isDone()
        ? answer.handle((results, failure) -> complete(batch, results, failure))
        : answer.handleAsync((results, failure) -> complete(batch, results, failure));
  }

  private static Map<String, Object> fields(Outgoing each) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("channel", each.channel());
    fields.put("payload", each.json());
    put(fields, "id", each.options().id());
    put(fields, "event", each.options().event());
    put(fields, "partitionKey", each.options().partitionKey());
    if (!each.options().headers().isEmpty()) {
      fields.put("headers", each.options().headers());
    }
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private static Void complete(
      List<Outgoing> batch, List<Map<String, Object>> results, Throwable failure) {
    for (int i = 0; i < batch.size(); i++) {
      Outgoing each = batch.get(i);
      try {
        if (failure != null) {
          throw failure;
        }
        each.result().complete(result(results.get(i)));
      } catch (PublishException e) {
        each.fail(e);
      } catch (Throwable e) {
        each.fail(
            new PublishException(
                PublishException.UNEXPECTED,
                "Broadcasty on this server failed; it may have stopped meanwhile",
                e));
      }
    }
    return null;
  }

  private static PublishResult result(Map<String, Object> answer) {
    Object code = answer.get("code");
    if (code != null) {
      throw new PublishException(code.toString(), text(answer, "detail"));
    }
    Object sequence = answer.get("sequence");
    return new PublishResult(
        text(answer, "id"),
        text(answer, "channel"),
        sequence == null
            ? Optional.empty()
            : Optional.of(
                new Position(
                    text(answer, "epoch"),
                    (int) number(answer, "partition"),
                    number(answer, "sequence"))),
        Boolean.TRUE.equals(answer.get("duplicate")),
        Boolean.TRUE.equals(answer.get("queued")));
  }

  private static String text(Map<String, Object> answer, String name) {
    Object value = answer.get(name);
    return value == null ? "" : value.toString();
  }

  private static long number(Map<String, Object> answer, String name) {
    return ((Number) answer.get(name)).longValue();
  }

  private static ObjectName name() {
    try {
      return new ObjectName("io.broadcasty:type=LocalPublisher");
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException(e);
    }
  }
}
