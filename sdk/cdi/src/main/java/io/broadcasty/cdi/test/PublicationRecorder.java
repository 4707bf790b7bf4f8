package io.broadcasty.cdi.test;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An extension of JUnit that stands in for the Broadcasty of this JVM, and records what is
 * published while a test runs, by whatever publisher, interceptor or event.
 *
 * <pre>{@code
 * @RegisterExtension PublicationRecorder recorder = new PublicationRecorder();
 *
 * @Test
 * void paying() {
 *   desk.pay(17);
 *   assertEquals("{\"number\":17}", recorder.on("orders.eu").get(0).json());
 * }
 * }</pre>
 *
 * <p>Tests that use it must not run at the same time in one JVM.
 */
public final class PublicationRecorder implements BeforeEachCallback, AfterEachCallback {

  private static final String NAME = "io.broadcasty:type=LocalPublisher";

  private final List<RecordedPublication> publications = new ArrayList<>();
  private Map<String, Object> refusal;

  /** Creates a recorder. */
  public PublicationRecorder() {}

  @Override
  public void beforeEach(ExtensionContext context) throws JMException {
    open();
  }

  @Override
  public void afterEach(ExtensionContext context) throws JMException {
    close();
  }

  /** Begins to record, for tests that use it without JUnit. */
  public void open() throws JMException {
    synchronized (this) {
      publications.clear();
      refusal = null;
    }
    ManagementFactory.getPlatformMBeanServer()
        .registerMBean(
            new StandardMBean(() -> this::answer, LocalPublisherMBean.class, false),
            new ObjectName(NAME));
  }

  /** Ends what {@link #open} has begun. */
  public void close() throws JMException {
    ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
  }

  /** Refuses everything from now on, as with {@code forbidden} or {@code rate_limited}. */
  public synchronized void refuse(String code) {
    refusal = Map.of("code", code, "detail", "the test has asked for it");
  }

  /** Returns what has been published, in its order. */
  public synchronized List<RecordedPublication> publications() {
    return List.copyOf(publications);
  }

  /** Returns what has been published on a channel, in its order. */
  public List<RecordedPublication> on(String channel) {
    return publications().stream().filter(each -> each.channel().equals(channel)).toList();
  }

  private synchronized CompletionStage<List<Map<String, Object>>> answer(
      List<Map<String, Object>> batch) {
    List<Map<String, Object>> answers = new ArrayList<>();
    for (Map<String, Object> fields : batch) {
      answers.add(refusal == null ? answer(fields) : refusal);
    }
    return CompletableFuture.completedFuture(answers);
  }

  private Map<String, Object> answer(Map<String, Object> fields) {
    RecordedPublication publication =
        new RecordedPublication(
            (String) fields.get("channel"),
            new String((byte[]) fields.get("payload"), StandardCharsets.UTF_8),
            (String) fields.get("id"),
            (String) fields.get("event"),
            (String) fields.get("partitionKey"),
            headers(fields.get("headers")));
    publications.add(publication);
    return Map.of(
        "id",
        publication.id() == null ? "recorded-" + publications.size() : publication.id(),
        "channel",
        publication.channel(),
        "partition",
        0L,
        "sequence",
        (long) on(publication.channel()).size(),
        "epoch",
        "recorded",
        "duplicate",
        false);
  }

  private static Map<String, String> headers(Object value) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, text) -> headers.put(name.toString(), text.toString()));
    }
    return headers;
  }
}
