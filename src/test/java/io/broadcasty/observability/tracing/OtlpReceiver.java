package io.broadcasty.observability.tracing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/**
 * A collector of traces: accepts OTLP over HTTP with Protocol Buffers on a free port. Metrics and
 * logs are accepted and dropped.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/">OTLP 1.x</a>
 */
public final class OtlpReceiver implements AutoCloseable {

  /**
   * A span that the collector has received.
   *
   * @param traceId 32 hexadecimal digits, as in {@code traceparent}
   * @param parentId 16 hexadecimal digits; empty for the root span
   * @param kind 1 internal, 2 server, 3 client, 4 producer, 5 consumer
   * @param service the name of the service that made the span
   * @param links the linked spans, as {@code traceId-spanId}
   */
  public record Span(
      String traceId,
      String spanId,
      String parentId,
      String name,
      int kind,
      String service,
      long startNanos,
      long endNanos,
      Map<String, String> attributes,
      List<String> links) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final List<Span> spans = new CopyOnWriteArrayList<>();

  private OtlpReceiver(HttpServer server) {
    this.server = server;
  }

  /** Starts a receiver on a free port. */
  public static OtlpReceiver start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    OtlpReceiver receiver = new OtlpReceiver(server);
    server.createContext("/", receiver::answer);
    server.setExecutor(receiver.threads);
    server.start();
    return receiver;
  }

  /** Returns the value for {@code otel.exporter.otlp.endpoint}. */
  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Returns the spans received so far. */
  public List<Span> spans() {
    return List.copyOf(spans);
  }

  /** Returns the spans of one trace received so far. */
  public List<Span> trace(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (exchange.getRequestURI().getPath().equals("/v1/traces")) {
        boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        read(zipped ? unzip(body) : body);
      }
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private static byte[] unzip(byte[] body) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return in.readAllBytes();
    }
  }

  // field numbers are those of opentelemetry/proto/trace/v1/trace.proto

  private void read(byte[] request) {
    ProtobufReader.read(
        request,
        field -> {
          if (field.number() == 1) {
            readResource(field.bytes());
          }
        });
  }

  private void readResource(byte[] resourceSpans) {
    Map<String, String> resource = new HashMap<>();
    ProtobufReader.read(
        resourceSpans,
        field -> {
          if (field.number() == 1) {
            ProtobufReader.read(
                field.bytes(),
                each -> {
                  if (each.number() == 1) {
                    readAttribute(each.bytes(), resource);
                  }
                });
          } else if (field.number() == 2) {
            ProtobufReader.read(
                field.bytes(),
                each -> {
                  if (each.number() == 2) {
                    readSpan(each.bytes(), resource.getOrDefault("service.name", ""));
                  }
                });
          }
        });
  }

  private void readSpan(byte[] span, String service) {
    Map<Integer, String> ids = new HashMap<>();
    Map<Integer, Long> numbers = new HashMap<>();
    Map<Integer, String> texts = new HashMap<>();
    Map<String, String> attributes = new HashMap<>();
    List<String> links = new ArrayList<>();
    ProtobufReader.read(
        span,
        field -> {
          switch (field.number()) {
            case 1, 2, 4 -> ids.put(field.number(), HexFormat.of().formatHex(field.bytes()));
            case 5 -> texts.put(5, field.text());
            case 6, 7, 8 -> numbers.put(field.number(), field.value());
            case 9 -> readAttribute(field.bytes(), attributes);
            case 13 -> links.add(readLink(field.bytes()));
            default -> {}
          }
        });
    spans.add(
        new Span(
            ids.getOrDefault(1, ""),
            ids.getOrDefault(2, ""),
            ids.getOrDefault(4, ""),
            texts.getOrDefault(5, ""),
            numbers.getOrDefault(6, 0L).intValue(),
            service,
            numbers.getOrDefault(7, 0L),
            numbers.getOrDefault(8, 0L),
            Map.copyOf(attributes),
            List.copyOf(links)));
  }

  private static String readLink(byte[] link) {
    StringBuilder ids = new StringBuilder();
    ProtobufReader.read(
        link,
        field -> {
          if (field.number() <= 2) {
            ids.append(ids.isEmpty() ? "" : "-").append(HexFormat.of().formatHex(field.bytes()));
          }
        });
    return ids.toString();
  }

  private static void readAttribute(byte[] keyValue, Map<String, String> into) {
    StringBuilder key = new StringBuilder();
    ProtobufReader.read(
        keyValue,
        field -> {
          if (field.number() == 1) {
            key.append(field.text());
          } else if (field.number() == 2) {
            into.put(key.toString(), "");
            ProtobufReader.read(
                field.bytes(),
                value ->
                    into.put(
                        key.toString(),
                        value.number() == 1 ? value.text() : String.valueOf(value.value())));
          }
        });
  }
}
