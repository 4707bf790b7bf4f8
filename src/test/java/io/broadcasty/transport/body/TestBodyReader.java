package io.broadcasty.transport.body;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;

/** Reads bodies that have arrived, for tests of what is behind the edge. */
public final class TestBodyReader {

  private TestBodyReader() {}

  /** Returns a request with its body, all of which its client has sent. */
  public static HttpServletRequest readWhole(FakeBodyRequest client) throws Exception {
    RequestBodies bodies =
        new RequestBodies(
            new BodySettings(100_000, Duration.ofSeconds(30), 16, 16),
            MemoryBudget.unlimited(MemoryArea.INBOUND),
            new ManualTime(),
            Runnable::run,
            Runnable::run,
            request -> {});
    HttpServletRequest request = bodies.receive(client.request());
    BodyAnswer none =
        new BodyAnswer() {
          @Override
          public void refuse(HttpServletResponse response, Problem problem) {
            throw new AssertionError(problem);
          }

          @Override
          public void onGone() {
            throw new AssertionError("the client has left");
          }
        };
    BodyOwner owner = BodyOwner.ofAddress("192.0.2.1", 100_000);
    if (!bodies.read(request, client.response(), owner, none)) {
      throw new AssertionError("the body has not arrived");
    }
    return request;
  }
}
