package io.broadcasty.transport.body;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryReservation;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.transport.container.ClientConnection;
import io.broadcasty.transport.container.EarlyReuse;
import io.broadcasty.transport.container.OpenLibertyInternals;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Reads the bodies of requests: at once those that have arrived, the others as they arrive. No
 * thread waits for a client, except a few on servers whose asynchronous reads are not safe ({@link
 * WaitingReads}). A body that is too slow is refused, so are the newest of too many slow bodies of
 * one user or one client address.
 */
@ThreadSafe
public final class RequestBodies {

  private static final System.Logger LOG = System.getLogger(RequestBodies.class.getName());

  /** The longest body that is read at once: what a server's buffers may hold already. */
  private static final int MAX_AT_ONCE = 64 * 1024;

  /** A sweep that is later than this shows that the node itself was paused. */
  private static final long MAX_SWEEP_DELAY_NANOS = Duration.ofSeconds(5).toNanos();

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final BodySettings settings;
  private final MemoryBudget memory;
  private final Ticker ticker;
  private final Executor blocking;
  private final Executor settled;
  private final ClientConnection connections;
  private final WaitingReads waiting;
  private final Set<IncomingBody> open = ConcurrentHashMap.newKeySet();

  @ConfinedTo("the thread that sweeps")
  private long sweptNanos;

  @ConfinedTo("the thread that sweeps")
  private long awakeSinceNanos;

  /**
   * Creates a reader without bodies.
   *
   * @param memory for the bytes of bodies
   * @param blocking runs actions that may block on a connection
   * @param settled runs actions later, when the server's threads have left the request ({@link
   *     EarlyReuse}); they may block
   * @param connections ends the input of a connection whose body is not read to its end
   */
  public RequestBodies(
      BodySettings settings,
      MemoryBudget memory,
      Ticker ticker,
      Executor blocking,
      Executor settled,
      ClientConnection connections) {
    this.settings = settings;
    this.memory = memory;
    this.ticker = ticker;
    this.blocking = blocking;
    this.settled = settled;
    this.connections = connections;
    this.waiting = new WaitingReads(ticker, IncomingBody::endInput);
    this.sweptNanos = ticker.readNanos();
    this.awakeSinceNanos = sweptNanos;
  }

  /**
   * Reads what has arrived of a request's body. Returns a request from which nothing can be read
   * that would have to be waited for; the same request when it has no body.
   */
  public HttpServletRequest receive(HttpServletRequest request) throws IOException {
    if (!hasBody(request)) {
      return request;
    }
    BodyRequest body = new BodyRequest(request);
    long announced = request.getContentLengthLong();
    if (announced > 0 && announced <= MAX_AT_ONCE) {
      body.setBegun(available(body.clientStream(), (int) announced));
    }
    return body;
  }

  private static boolean hasBody(HttpServletRequest request) {
    long announced = request.getContentLengthLong();
    return announced > 0
        || (announced < 0
            && (request.getHeader("Transfer-Encoding") != null
                || Set.of("POST", "PATCH").contains(request.getMethod())));
  }

  /**
   * Reads the body of a request of {@link #receive}.
   *
   * @param request possibly wrapped; it is dispatched again when its body is whole
   * @return true when the body is whole now, or there is none; false when the request was put aside
   *     and the answer continues or refuses it
   * @throws ProblemException when the body is refused unread
   */
  public boolean read(
      HttpServletRequest request, HttpServletResponse response, BodyOwner owner, BodyAnswer answer)
      throws ProblemException, IOException {
    BodyRequest body = BodyRequest.of(request);
    if (body == null || body.isWhole()) {
      return true;
    }
    if (request.getContentLengthLong() > settings.maxBytes()) {
      throw new ProblemException(BodyCap.tooLarge(settings.maxBytes()));
    }
    IncomingBody incoming =
        new IncomingBody(
            this,
            body,
            request,
            response,
            owner,
            reservation(owner),
            new BodyCap(settings.maxBytes(), owner.maxSingleBytes()),
            answer);
    byte[] begun = body.takeBegun();
    Problem problem = begun.length == 0 ? null : incoming.add(begun, begun.length);
    if (problem != null) {
      incoming.release();
      throw new ProblemException(problem);
    }
    if (EarlyReuse.isPossible(request)) {
      if (waiting.tryRead(incoming, body.clientStream())) {
        return true;
      }
      if (answer.isDispatching() && EarlyReuse.losesDispatches(request)) {
        incoming.release();
        throw new ProblemException(tooManySlow());
      }
    }
    start(incoming, body.clientStream());
    return false;
  }

  private MemoryReservation reservation(BodyOwner owner) {
    return owner.tenant() == null
        ? new MemoryReservation(memory)
        : new MemoryReservation(memory, owner.tenant());
  }

  /** Returns whether a request of {@link #receive} has a body that has not arrived yet. */
  public static boolean isUnread(HttpServletRequest request) {
    BodyRequest body = BodyRequest.of(request);
    return body != null && !body.isWhole();
  }

  /**
   * Announces before the answer that the rest of the body is not read, so that the connection
   * cannot be used again.
   */
  public void expectUnread(HttpServletRequest request, HttpServletResponse response) {
    BodyRequest body = BodyRequest.of(request);
    if (body != null && !body.isWhole() && !response.isCommitted()) {
      response.setHeader("Connection", "close");
      connections.closeAfterAnswer(request);
      body.setClosing();
    }
  }

  /**
   * Drops the rest of a body that was not read, after the answer: without a thread that waits for
   * it, and not for long. A client that has left has no rest.
   */
  public void discardRest(HttpServletRequest request, HttpServletResponse response) {
    BodyRequest body = BodyRequest.of(request);
    if (body == null || body.isWhole() || request.isAsyncStarted()) {
      return;
    }
    expectUnread(request, response);
    try {
      OpenLibertyInternals.finish(response.getOutputStream());
      if (!body.isClosing()) { // the client may send its next request, which nobody would find
        connections.endInput(request);
        return;
      }
      start(
          IncomingBody.answered(this, body, request, response, new MemoryReservation(memory)),
          body.clientStream());
    } catch (IOException | IllegalStateException e) { // the client left, the response is complete
      LOG.log(Level.DEBUG, "The rest of a body cannot be dropped; ending its connection", e);
      connections.endInput(request);
    }
  }

  private void start(IncomingBody incoming, ServletInputStream in) {
    incoming.prepare();
    AsyncContext async = incoming.request().startAsync(incoming.request(), incoming.response());
    async.setTimeout(0);
    async.addListener(incoming);
    incoming.begin(in, async, ticker.readNanos());
    open.add(incoming);
    in.setReadListener(incoming);
  }

  /** Reads the bytes that are there, without waiting for more. */
  private static byte[] available(ServletInputStream in, int announced) throws IOException {
    int there = in.available();
    byte[] bytes = new byte[there >= announced ? announced : 0];
    int length = 0;
    while (there > 0 && length < announced) {
      if (length + there > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(announced, length + there));
      }
      int read = in.read(bytes, length, Math.min(there, bytes.length - length));
      if (read < 0) {
        break;
      }
      length += read;
      there = length < announced ? in.available() : 0;
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  /** Releases the memory of a body once the request has been handled. */
  public static void release(HttpServletRequest request) {
    if (request.getAttribute(IncomingBody.ATTRIBUTE) instanceof IncomingBody body) {
      body.release();
    }
  }

  /** Releases the memory of a body unless its request was put aside and is handled later. */
  public static void releaseUnlessPutAside(HttpServletRequest request) {
    if (request.getAttribute(IncomingBody.ATTRIBUTE) instanceof IncomingBody body
        && !body.isPutAside()) {
      body.release();
    }
  }

  void remove(IncomingBody body) {
    open.remove(body);
  }

  long now() {
    return ticker.readNanos();
  }

  Executor blocking() {
    return blocking;
  }

  Executor settled() {
    return settled;
  }

  ClientConnection connections() {
    return connections;
  }

  /** Returns how many bodies are being read. */
  public int size() {
    return open.size();
  }

  /** Refuses the bodies that are too slow; called about once a second, by one thread at a time. */
  public void sweep() {
    long now = ticker.readNanos();
    if (now - sweptNanos > MAX_SWEEP_DELAY_NANOS) {
      awakeSinceNanos = now;
    }
    sweptNanos = now;
    waiting.sweep(settings.timeout(), now - awakeSinceNanos);
    List<IncomingBody> slow = new ArrayList<>();
    for (IncomingBody body : open) {
      long age = Math.min(now - body.begunNanos(), now - awakeSinceNanos);
      if (!body.refuseLate(age, settings.timeout()) && age > BodySettings.SLOW.toNanos()) {
        slow.add(body);
      }
    }
    slow.sort(Comparator.comparingLong(IncomingBody::begunNanos));
    Map<Object, Integer> counts = new HashMap<>();
    for (IncomingBody body : slow) {
      BodyOwner owner = body.owner();
      if (owner == null) {
        continue;
      }
      int ofUser = counts.merge(owner.user(), 1, Integer::sum);
      int ofAddress = counts.merge(owner.address(), 1, Integer::sum);
      if (ofUser > settings.slowPerUser() || ofAddress > settings.slowPerAddress()) {
        body.refuse(tooManySlow());
      }
    }
  }

  private static Problem tooManySlow() {
    return new Problem(
        Code.RATE_LIMITED,
        "too many request bodies of this user or address arrive slowly; send fewer at once",
        RETRY_AFTER);
  }
}
