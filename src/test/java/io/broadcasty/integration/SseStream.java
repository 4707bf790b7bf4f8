package io.broadcasty.integration;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A client of Server-Sent Events on the JDK's HttpClient. */
final class SseStream implements Stream {

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final AtomicInteger comments = new AtomicInteger();
  private final HttpResponse<InputStream> response;
  private volatile boolean ended;

  private SseStream(HttpResponse<InputStream> response) {
    this.response = response;
    Thread reader = new Thread(this::read, "sse-client");
    reader.setDaemon(true);
    reader.start();
  }

  static SseStream open(HttpRequest request, Api api) {
    try {
      HttpResponse<InputStream> response =
          api.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw new AssertionError(
            response.statusCode()
                + " "
                + new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
      }
      return new SseStream(response);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<InputStream> response() {
    return response;
  }

  int comments() {
    return comments.get();
  }

  @Override
  public Event next() {
    try {
      Event event = events.poll(Api.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no event came in time; ended: " + ended);
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean isEnded() {
    return ended;
  }

  @Override
  public void breakConnection() {
    close();
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException e) {
      ended = true;
    }
  }

  private void read() {
    String kind = "publication";
    @Nullable String id = null;
    StringBuilder data = new StringBuilder();
    try (Scanner lines = new Scanner(response.body(), StandardCharsets.UTF_8)) {
      while (lines.hasNextLine()) {
        String line = lines.nextLine();
        if (line.startsWith(":")) {
          comments.incrementAndGet();
        } else if (line.startsWith("event:")) {
          kind = value(line);
        } else if (line.startsWith("id:")) {
          id = value(line);
        } else if (line.startsWith("data:")) {
          data.append(value(line));
        } else if (line.isEmpty() && data.length() > 0) {
          events.add(new Event(kind, data.toString(), id));
          kind = "publication";
          data.setLength(0);
        }
      }
    }
    ended = true;
  }

  private static String value(String line) {
    return line.substring(line.indexOf(':') + 1).strip();
  }
}
