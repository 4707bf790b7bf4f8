package io.broadcasty.transport.body;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.memory.ByteChunks;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.memory.MemoryReservation;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.transport.container.EarlyReuse;
import io.broadcasty.transport.container.OpenLibertyInternals;
import io.broadcasty.wire.Problem;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One body while it arrives. It ends in one of three ways: whole, and the request continues;
 * refused, and the answer is written while the rest is read and dropped for a short time; or gone,
 * with its client.
 */
final class IncomingBody implements ReadListener, AsyncListener {

  /** The attribute of a request that keeps it, so that its memory is released at the end. */
  static final String ATTRIBUTE = "broadcasty.incoming-body";

  private static final System.Logger LOG = System.getLogger(IncomingBody.class.getName());
  private static final ThreadLocal<byte[]> BUFFERS =
      ThreadLocal.withInitial(() -> new byte[8 * 1024]);

  private enum State {
    READING,
    /** Refused; the answer is being written. */
    ANSWERING,
    /** The answer is written, and the rest of the body is dropped. */
    DISCARDING,
    DONE
  }

  private final RequestBodies all;
  private final BodyRequest body;
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final @Nullable BodyOwner owner;
  private final @Nullable BodyCap cap;
  private final @Nullable BodyAnswer answer;

  @GuardedBy("this")
  private final MemoryReservation memory;

  @GuardedBy("this")
  private ByteChunks bytes = new ByteChunks();

  /** The longest body of this kind; 0 before its first character. */
  @GuardedBy("this")
  private int longest;

  @GuardedBy("this")
  private State state = State.READING;

  /** Whether the client has sent everything. */
  @GuardedBy("this")
  private boolean ended;

  /** Whether the rest must not be waited for. */
  @GuardedBy("this")
  private boolean late;

  /** Whether the connection's input was ended, which the server soon reports as an error. */
  @GuardedBy("this")
  private boolean cut;

  private @Nullable ServletInputStream in;
  private @Nullable AsyncContext async;
  private volatile long begunNanos;
  private volatile boolean early;

  IncomingBody(
      RequestBodies all,
      BodyRequest body,
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable BodyOwner owner,
      MemoryReservation memory,
      @Nullable BodyCap cap,
      @Nullable BodyAnswer answer) {
    this.all = all;
    this.body = body;
    this.request = request;
    this.response = response;
    this.owner = owner;
    this.memory = memory;
    this.cap = cap;
    this.answer = answer;
    request.setAttribute(ATTRIBUTE, this);
  }

  /** Returns a body that is only dropped, since its request has been answered. */
  static IncomingBody answered(
      RequestBodies all,
      BodyRequest body,
      HttpServletRequest request,
      HttpServletResponse response,
      MemoryReservation memory) {
    IncomingBody made = new IncomingBody(all, body, request, response, null, memory, null, null);
    synchronized (made) {
      made.state = State.DISCARDING;
    }
    return made;
  }

  /** Keeps a server that may reuse the request too early from using its connection again. */
  void prepare() {
    early = EarlyReuse.isPossible(request);
    if (early && !response.isCommitted()) {
      response.setHeader("Connection", "close");
    }
  }

  void begin(ServletInputStream input, AsyncContext context, long nowNanos) {
    in = input;
    async = context;
    begunNanos = nowNanos;
  }

  /** Returns whether the request is handled after the server's call; call it within that call. */
  boolean isPutAside() {
    return async != null;
  }

  HttpServletRequest request() {
    return request;
  }

  HttpServletResponse response() {
    return response;
  }

  /** Returns whose body is read; null when it is only dropped. */
  @Nullable BodyOwner owner() {
    return owner;
  }

  BodyOwner requiredOwner() {
    return Objects.requireNonNull(owner, "a body that is kept has an owner");
  }

  long begunNanos() {
    return begunNanos;
  }

  // what the server reports

  @Override
  public void onDataAvailable() throws IOException {
    ServletInputStream input = Objects.requireNonNull(in);
    byte[] buffer = BUFFERS.get();
    while (!isDone() && input.isReady()) {
      int read = input.read(buffer);
      if (read < 0) {
        onAllDataRead();
        return;
      }
      Problem problem = add(buffer, read);
      if (problem != null) {
        refuse(problem);
      }
    }
  }

  @Override
  public void onAllDataRead() {
    boolean whole;
    Problem fault;
    synchronized (this) {
      ended = true;
      fault = fault();
      whole = fault == null && finish();
    }
    if (fault != null) {
      refuse(fault);
      return;
    }
    if (whole) {
      all.remove(this);
      whenSettled(() -> Objects.requireNonNull(answer).onWhole(Objects.requireNonNull(async)));
    } else {
      end();
    }
  }

  /** The client has gone, or its connection broke. */
  @Override
  public void onError(Throwable failure) {
    LOG.log(Level.DEBUG, "A client left before its body was whole", failure);
    end();
  }

  @Override
  public void onComplete(AsyncEvent event) {
    release();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    end();
  }

  @Override
  public void onError(AsyncEvent event) {
    release();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}

  /** Keeps bytes; returns why they are refused, or null. */
  synchronized @Nullable Problem add(byte[] from, int count) {
    if (state != State.READING || cap == null) {
      return null;
    }
    if (longest == 0) {
      longest = cap.ifKnown(from, count);
    }
    int most = longest == 0 ? cap.of(from, 0) : longest;
    long announced = body.getContentLengthLong();
    if ((long) bytes.length() + count > most || announced > most) {
      return BodyCap.tooLarge(most);
    }
    int atMost = announced > 0 ? (int) announced : most;
    Grant grant = memory.tryResize(bytes.capacityFor(count, atMost));
    if (grant != Grant.GRANTED) {
      return ProblemMapper.outOfMemory(grant);
    }
    bytes.append(from, 0, count, atMost);
    return null;
  }

  /** Returns why a body that is whole is refused; null when it is not, or not whole. */
  synchronized @Nullable Problem fault() {
    return answer != null && isWhole() ? answer.fault(bytes.toArray(), bytes.length()) : null;
  }

  @GuardedBy("this")
  private boolean isWhole() {
    long announced = body.getContentLengthLong();
    return state == State.READING && (announced < 0 || announced == bytes.length());
  }

  /** Makes what has been kept the body of the request; returns false when some of it is missing. */
  synchronized boolean finish() {
    if (!isWhole()) {
      return false;
    }
    state = State.DONE;
    body.setBody(bytes.toArray());
    bytes = new ByteChunks();
    return true;
  }

  private synchronized boolean isDone() {
    return state == State.DONE;
  }

  // what ends it

  /** Refuses a body that is too late or too slow; returns false when it may go on. */
  boolean refuseLate(long ageNanos, Duration timeout) {
    String reason = null;
    boolean over;
    synchronized (this) {
      if (state == State.READING) {
        reason = lateness(ageNanos, timeout);
        if (reason == null) {
          return false;
        }
        late = true;
      } else if (state != State.DISCARDING
          || (!late && ageNanos < BodySettings.DISCARD.toNanos())) {
        return true;
      }
      late = true;
      over = cut;
    }
    if (reason != null) {
      refuse(ProblemMapper.bodyTimeout(reason));
    } else if (over) {
      end(); // the server did not report the end of the input
    } else {
      runBlocking(this::cutInput);
    }
    return true;
  }

  /** Returns why a body of this age is too late or too slow; null when it may go on. */
  synchronized @Nullable String lateness(long ageNanos, Duration timeout) {
    if (ageNanos > timeout.toNanos()) {
      return "the body did not arrive within " + timeout.toSeconds() + " s";
    }
    long least = ageNanos / 1_000_000_000L * BodySettings.LEAST_BYTES_PER_SECOND;
    return ageNanos > BodySettings.RATE_AFTER.toNanos() && bytes.length() < least
        ? "the body arrived at less than " + BodySettings.LEAST_BYTES_PER_SECOND + " bytes a second"
        : null;
  }

  /**
   * Ends the input, upon which the server reports an error, and the request can be completed. A
   * request that is completed while its server still reads may be reused before that read ends.
   */
  private void cutInput() {
    synchronized (this) {
      if (cut || state == State.DONE) {
        return;
      }
      cut = true;
    }
    all.connections().endInput(request);
  }

  /** Ends the input of the connection, for a read that waits on another thread. */
  void endInput() {
    runBlocking(() -> all.connections().endInput(request));
  }

  /** Answers with a problem; the rest of the body is dropped. */
  void refuse(Problem problem) {
    synchronized (this) {
      if (state != State.READING) {
        return;
      }
      state = State.ANSWERING;
      bytes = new ByteChunks();
      memory.close();
    }
    runBlocking(() -> answer(problem));
  }

  private void answer(Problem problem) {
    try {
      response.setHeader("Connection", "close");
      Objects.requireNonNull(answer).refuse(response, problem);
      OpenLibertyInternals.finish(response.getOutputStream());
    } catch (IOException | RuntimeException e) { // containers throw these for a closed connection
      LOG.log(Level.DEBUG, "A client left before its answer", e);
    }
    boolean over;
    boolean inTime;
    synchronized (this) {
      if (state == State.ANSWERING) {
        state = State.DISCARDING;
        begunNanos = all.now();
      }
      over = ended;
      inTime = !late;
    }
    if (over) {
      end();
    } else if (!inTime) {
      cutInput();
    }
  }

  /** Ends the request without handling it. */
  private void end() {
    boolean gone;
    synchronized (this) {
      if (state == State.DONE) {
        return;
      }
      if (state == State.ANSWERING) {
        ended = true; // ends once the answer is written
        return;
      }
      gone = state == State.READING;
      state = State.DONE;
      bytes = new ByteChunks();
      memory.close();
    }
    all.remove(this);
    if (gone) {
      Objects.requireNonNull(answer).onGone();
    }
    if (early) {
      whenSettled(this::complete);
    } else {
      runBlocking(this::complete);
    }
  }

  /** Continues at once, or later where the server's threads must have left the request before. */
  private void whenSettled(Runnable action) {
    if (!early) {
      action.run();
      return;
    }
    try {
      all.settled().execute(action);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node stopped before a request was handled", e);
    }
  }

  private void complete() {
    try {
      Objects.requireNonNull(async).complete();
    } catch (IllegalStateException e) {
      LOG.log(Level.DEBUG, "The server has completed the request itself", e);
    }
  }

  private void runBlocking(Runnable action) {
    try {
      all.blocking().execute(action);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node stopped before a request was answered", e);
    }
  }

  /** Releases the memory of the body; may be called more than once. */
  synchronized void release() {
    bytes = new ByteChunks();
    memory.close();
    if (state != State.DONE) {
      state = State.DONE;
      all.remove(this);
    }
  }
}
