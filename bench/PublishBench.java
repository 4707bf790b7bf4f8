import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Publishes as fast as a server accepts it, alternating with empty posts to the same server, and
 * prints medians. Needs only the JDK. Its clients are blocking sockets with prebuilt requests, so
 * they cost little compared with the server.
 *
 * <p>Usage: {@code java PublishBench.java PORT[,PORT…] TOKEN STORE CLIENTS ROUNDS SECONDS
 * WARM_UP_SECONDS [LOAD,LOAD…]}. With loads ({@code single}, {@code batch}), runs only these and
 * compares nothing.
 */
class PublishBench {

  private static final int BATCH = 100;
  private static final int CHANNELS = 4;
  private static final int READ_TIMEOUT_MILLIS = 30_000;
  private static final String PAYLOAD = "{\"order\":17,\"state\":\"PAID\",\"note\":\"" + "x".repeat(60) + "\"}";

  private final int[] ports;
  private final String token;
  private final int clients;
  private final double seconds;

  private PublishBench(int[] ports, String token, int clients, double seconds) {
    this.ports = ports;
    this.token = token;
    this.clients = clients;
    this.seconds = seconds;
  }

  /** The result of a round: completed operations, errors and the duration. */
  private record Round(long done, long errors, double seconds) {
    double rate() {
      return done / seconds;
    }
  }

  /** Runs a round of one load. */
  private interface Load {
    Round run(double seconds) throws Exception;
  }

  private void warmUp(List<Integer> which, List<Load> loads, List<String> names, double seconds)
      throws Exception {
    for (int i : which) {
      Round round = loads.get(i).run(seconds);
      System.err.printf(Locale.ROOT, "  %s, warm-up: %,.0f/s, %d errors%n", names.get(i), round.rate(), round.errors());
    }
  }

  /** Runs the rounds. A load that occurs twice in a round counts with its mean. */
  private void rounds(
      List<Integer> which, List<Load> loads, List<String> names, double[][] rates, long[] errors)
      throws Exception {
    for (int r = 0; r < rates[0].length; r++) {
      StringBuilder line = new StringBuilder("  round " + (r + 1) + ":");
      for (int i : which) {
        Round round = loads.get(i).run(seconds);
        rates[i][r] += round.rate() / java.util.Collections.frequency(which, i);
        errors[i] += round.errors();
        line.append(String.format(Locale.ROOT, " %s %,.0f/s;", names.get(i), round.rate()));
      }
      System.err.println(line);
    }
  }

  public static void main(String[] args) throws Exception {
    String store = args[2];
    int rounds = Integer.parseInt(args[4]);
    PublishBench bench =
        new PublishBench(
            Arrays.stream(args[0].split(",")).mapToInt(Integer::parseInt).toArray(),
            args[1],
            Integer.parseInt(args[3]),
            Double.parseDouble(args[5]));
    double warmUp = Double.parseDouble(args[6]);
    List<String> names = List.of("empty post", "single", "batch", "socket, arrays", "socket, single");
    List<Load> loads =
        List.of(
            bench::emptyPosts,
            bench::singles,
            bench::batches,
            time -> bench.socket(time, BATCH, 20),
            time -> bench.socket(time, 1, 1000));
    double[][] rates = new double[loads.size()][rounds];
    long[] errors = new long[loads.size()];
    // the baseline alternates with the single publishes, and the batches run last, because the
    // server still prunes their publications after they have ended
    if (args.length > 7) {
      bench.only(List.of(args[7].split(",")), loads, names, rates, errors, warmUp, store);
      return;
    }
    List<Integer> compared = List.of(0, 1, 0);
    // the JIT compiler works for about half a minute
    bench.warmUp(List.of(0, 1, 0, 1, 1), loads, names, warmUp);
    bench.rounds(compared, loads, names, rates, errors);
    List<Integer> others = List.of(2, 3, 4);
    bench.warmUp(others, loads, names, warmUp);
    bench.rounds(others, loads, names, rates, errors);
    double[][] ratios = new double[loads.size()][rounds];
    for (int i = 0; i < loads.size(); i++) {
      for (int r = 0; r < rounds; r++) {
        ratios[i][r] = rates[i][r] / (i < 2 ? rates[0][r] : median(rates[0]));
      }
    }
    boolean memory = store.equals("memory");
    row(store, "empty JAX-RS POST, " + bench.clients + " clients", rates[0], ratios[0], errors[0], "", true);
    double wanted = memory ? 0.7 : 0.5;
    row(store, "single publishes, " + bench.clients + " clients", rates[1], ratios[1], errors[1],
        String.format(Locale.ROOT, "≥ %.1f × empty POST", wanted), median(ratios[1]) >= wanted);
    row(store, "batches of 100, " + bench.clients + " clients", rates[2], ratios[2], errors[2],
        memory ? "≥ 40000/s" : "≥ 10000/s", median(rates[2]) >= (memory ? 40_000 : 10_000));
    row(store, "one WebSocket, arrays of 100", rates[3], ratios[3], errors[3],
        memory ? "≥ 20000/s" : "", median(rates[3]) >= 20_000);
    row(store, "one WebSocket, single", rates[4], ratios[4], errors[4],
        memory ? "≥ 20000/s" : "", median(rates[4]) >= 20_000);
    if (Arrays.stream(errors).sum() > 0) {
      System.exit(1);
    }
  }

  /** Runs the selected loads one after the other, without a comparison. */
  private void only(
      List<String> wanted, List<Load> loads, List<String> names, double[][] rates, long[] errors, double warmUp, String store)
      throws Exception {
    for (String name : wanted) {
      int i = names.indexOf(name);
      warmUp(List.of(i), loads, names, warmUp);
      rounds(List.of(i), loads, names, rates, errors);
      String row = name.equals("single") ? "single publishes" : name.equals("batch") ? "batches of 100" : name;
      row(store, row + ", " + clients + " clients", rates[i], new double[] {0}, errors[i], "", true);
    }
    if (Arrays.stream(errors).sum() > 0) {
      System.exit(1);
    }
  }

  private static void row(
      String store, String load, double[] rates, double[] ratios, long errors, String goal, boolean met) {
    System.out.printf(Locale.ROOT, "| %-8s | %-29s | %10.0f | %17s | %7.2f | %6d | %-18s | %-6s |%n",
        store, load, median(rates),
        String.format(Locale.ROOT, "%.0f-%.0f", Arrays.stream(rates).min().orElse(0), Arrays.stream(rates).max().orElse(0)),
        median(ratios), errors, goal, goal.isEmpty() ? "" : met ? "met" : "MISSED");
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private Round emptyPosts(double time) throws Exception {
    byte[] request = post("/empty-post/post", publication("bench.0"));
    return http(time, client -> request, 1, 0);
  }

  private Round singles(double time) throws Exception {
    byte[][] requests = new byte[CHANNELS][];
    for (int i = 0; i < CHANNELS; i++) {
      requests[i] = post("/broadcasty/publish", publication("bench." + i));
    }
    return http(time, client -> requests[client % CHANNELS], 1, 1);
  }

  private Round batches(double time) throws Exception {
    byte[][] requests = new byte[CHANNELS][];
    for (int i = 0; i < CHANNELS; i++) {
      requests[i] = post("/broadcasty/publish", "[" + (publication("bench." + i) + ",").repeat(BATCH - 1) + publication("bench." + i) + "]");
    }
    return http(time, client -> requests[client % CHANNELS], BATCH, BATCH);
  }

  private static String publication(String channel) {
    return "{\"channel\":\"" + channel + "\",\"payload\":" + PAYLOAD + "}";
  }

  private byte[] post(String path, String body) {
    return ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token
            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private interface Requests {
    byte[] of(int client);
  }

  /**
   * Sends requests from all clients.
   *
   * @param counts the number of publications in a request
   * @param sequences the number of positions in a successful response
   */
  private Round http(double time, Requests requests, int counts, int sequences) throws Exception {
    LongAdder done = new LongAdder();
    LongAdder errors = new LongAdder();
    long start = System.nanoTime();
    long end = start + (long) (time * 1e9);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      byte[] request = requests.of(i);
      int port = ports[i % ports.length];
      Thread thread =
          new Thread(
              () -> {
                try (HttpConnection connection = new HttpConnection(port)) {
                  while (System.nanoTime() < end) {
                    connection.exchange(request);
                    if (connection.status == 200 && connection.sequences == sequences) {
                      done.add(counts);
                    } else {
                      errors.increment();
                      if (errors.sum() == 1) {
                        System.err.println("  unexpected response: " + connection.text());
                      }
                    }
                  }
                } catch (IOException e) {
                  errors.increment();
                  System.err.println("  a client failed: " + e);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return new Round(done.sum(), errors.sum(), (System.nanoTime() - start) / 1e9);
  }

  /** A keep-alive connection, which is replaced when the server announces its close. */
  private static final class HttpConnection implements AutoCloseable {
    private static final byte[] SEQUENCE = "\"sequence\":".getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final byte[] buffer = new byte[256 * 1024];
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private boolean fresh;
    int status;
    int sequences;
    private int length;

    HttpConnection(int port) throws IOException {
      this.port = port;
      connect();
    }

    void exchange(byte[] request) throws IOException {
      try {
        out.write(request);
        read();
      } catch (EOFException | java.net.SocketException e) {
        if (fresh || length > 0) {
          throw e;
        }
        connect(); // an idle keep-alive connection may be closed by the server at any time
        out.write(request);
        read();
      }
      fresh = false;
    }

    private void read() throws IOException {
      length = 0;
      int headEnd = -1;
      while (headEnd < 0) {
        fill();
        headEnd = headEnd();
      }
      String head = new String(buffer, 0, headEnd, StandardCharsets.US_ASCII);
      status = Integer.parseInt(head.substring(9, 12));
      String lower = head.toLowerCase(Locale.ROOT);
      int at = lower.indexOf("\r\ncontent-length:");
      if (at < 0) {
        throw new IOException("a response has no Content-Length: " + head);
      }
      int lineEnd = lower.indexOf("\r\n", at + 2);
      int end = headEnd + Integer.parseInt(lower.substring(at + 17, lineEnd < 0 ? lower.length() : lineEnd).strip());
      while (length < end) {
        fill();
      }
      sequences = 0;
      for (int i = headEnd; i + SEQUENCE.length <= end; i++) {
        if (buffer[i] == '"' && Arrays.equals(buffer, i, i + SEQUENCE.length, SEQUENCE, 0, SEQUENCE.length)) {
          sequences++;
        }
      }
      if (lower.contains("\r\nconnection: close")) {
        connect();
      }
    }

    private int headEnd() {
      for (int i = 3; i < length; i++) {
        if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r') {
          return i + 1;
        }
      }
      return -1;
    }

    private void fill() throws IOException {
      if (length == buffer.length) {
        throw new IOException("a response is longer than expected");
      }
      int read = in.read(buffer, length, buffer.length - length);
      if (read < 0) {
        throw new EOFException("the server closed the connection");
      }
      length += read;
    }

    private void connect() throws IOException {
      close();
      socket = open(port);
      in = socket.getInputStream();
      out = socket.getOutputStream();
      fresh = true;
    }

    String text() {
      return new String(buffer, 0, Math.min(length, 400), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
      if (socket != null) {
        socket.close();
      }
    }
  }

  private static Socket open(int port) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    socket.connect(new InetSocketAddress("127.0.0.1", port), READ_TIMEOUT_MILLIS);
    return socket;
  }

  /**
   * Sends publish commands over one WebSocket without waiting, and checks every reply.
   *
   * @param perFrame the number of commands in a frame
   * @param window the number of frames that may be without a reply
   */
  private Round socket(double time, int perFrame, int window) throws Exception {
    try (Socket socket = open(ports[0])) {
      InputStream in = new java.io.BufferedInputStream(socket.getInputStream(), 256 * 1024);
      OutputStream out = socket.getOutputStream();
      handshake(in, out);
      Semaphore room = new Semaphore(window);
      long start = System.nanoTime();
      long end = start + (long) (time * 1e9);
      Replies replies = new Replies(in, room, perFrame);
      Thread reader = new Thread(replies);
      reader.start();
      Frame frame = new Frame(perFrame);
      long sent = 0;
      while (System.nanoTime() < end && reader.isAlive()) {
        int frames = 1 + (perFrame == 1 ? Math.min(room.availablePermits(), 50) : 0);
        if (!room.tryAcquire(frames, 1, TimeUnit.SECONDS)) {
          frames = room.tryAcquire(1, TimeUnit.SECONDS) ? 1 : 0;
        }
        for (int i = 0; i < frames; i++) {
          frame.number(sent);
          sent += perFrame;
          frame.add();
        }
        frame.flush(out);
      }
      replies.expected = sent;
      reader.join(READ_TIMEOUT_MILLIS);
      double took = (System.nanoTime() - start) / 1e9;
      socket.close();
      reader.join();
      long missing = sent - replies.good - replies.errors;
      if (missing > 0 || replies.errors > 0) {
        System.err.println("  WebSocket: " + missing + " replies missing, " + replies.errors + " errors: " + replies.failure);
      }
      return new Round(replies.good, replies.errors + missing, took);
    }
  }

  private void handshake(InputStream in, OutputStream out) throws IOException {
    out.write(
        ("GET /broadcasty/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("the handshake got no response: " + head);
      }
      head.append((char) c);
    }
    if (!head.toString().startsWith("HTTP/1.1 101")) {
      throw new IOException("the handshake was refused: " + head);
    }
  }

  /** A prebuilt masked frame in which the commands' ten-digit ids are changed in place. */
  private static final class Frame {
    static final long FIRST = 1_000_000_000L;

    private final byte[] bytes;
    private final int[] numbersAt;
    private byte[] pending = new byte[64 * 1024];
    private int pendingLength;

    Frame(int commands) {
      StringBuilder text = new StringBuilder(commands > 1 ? "[" : "");
      numbersAt = new int[commands];
      for (int i = 0; i < commands; i++) {
        text.append(i == 0 ? "" : ",").append("{\"id\":");
        numbersAt[i] = text.length();
        text.append(FIRST).append(",\"command\":\"publish\",\"channel\":\"bench.0\",\"payload\":").append(PAYLOAD).append('}');
      }
      text.append(commands > 1 ? "]" : "");
      byte[] body = text.toString().getBytes(StandardCharsets.US_ASCII);
      // a mask of four zero bytes leaves the text unchanged (RFC 6455, section 5.3)
      byte[] head;
      if (body.length < 126) {
        head = new byte[] {(byte) 0x81, (byte) (0x80 | body.length), 0, 0, 0, 0};
      } else if (body.length < 65536) {
        head = new byte[] {(byte) 0x81, (byte) 0xfe, (byte) (body.length >> 8), (byte) body.length, 0, 0, 0, 0};
      } else {
        throw new IllegalStateException("a frame is longer than expected");
      }
      bytes = Arrays.copyOf(head, head.length + body.length);
      System.arraycopy(body, 0, bytes, head.length, body.length);
      for (int i = 0; i < commands; i++) {
        numbersAt[i] += head.length;
      }
    }

    void number(long first) {
      for (int i = 0; i < numbersAt.length; i++) {
        long n = FIRST + first + i;
        for (int digit = 9; digit >= 0; digit--) {
          bytes[numbersAt[i] + digit] = (byte) ('0' + n % 10);
          n /= 10;
        }
      }
    }

    void add() {
      if (pendingLength + bytes.length > pending.length) {
        pending = Arrays.copyOf(pending, (pendingLength + bytes.length) * 2);
      }
      System.arraycopy(bytes, 0, pending, pendingLength, bytes.length);
      pendingLength += bytes.length;
    }

    void flush(OutputStream out) throws IOException {
      out.write(pending, 0, pendingLength);
      pendingLength = 0;
    }
  }

  /** Reads the server's frames and checks that each command gets one successful reply. */
  private static final class Replies implements Runnable {
    private static final byte[] REPLY = "{\"reply\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESULT = ",\"result\":{".getBytes(StandardCharsets.US_ASCII);

    private final InputStream in;
    private final Semaphore room;
    private final int perFrame;
    private final BitSet seen = new BitSet();
    private byte[] frame = new byte[256 * 1024];
    volatile long expected = Long.MAX_VALUE;
    volatile long good;
    volatile long errors;
    volatile String failure = "";

    Replies(InputStream in, Semaphore room, int perFrame) {
      this.in = in;
      this.room = room;
      this.perFrame = perFrame;
    }

    @Override
    public void run() {
      try {
        while (good + errors < expected) {
          int length = readFrame();
          if (length < 0) {
            continue;
          }
          if (check(length) != perFrame) {
            failure = new String(frame, 0, Math.min(length, 300), StandardCharsets.UTF_8);
          }
          room.release();
        }
      } catch (IOException e) {
        failure = failure.isEmpty() ? e.toString() : failure;
      }
    }

    /** Returns the length of a text frame's body, or a negative value for other frames. */
    private int readFrame() throws IOException {
      int opcode = read() & 0x0f;
      long length = read() & 0x7f;
      if (length >= 126) {
        int bytes = length == 126 ? 2 : 8;
        length = 0;
        for (int i = 0; i < bytes; i++) {
          length = length << 8 | read();
        }
      }
      if (length > frame.length) {
        frame = new byte[(int) length];
      }
      if (in.readNBytes(frame, 0, (int) length) != length) {
        throw new EOFException("the server closed the connection");
      }
      if (opcode == 8) {
        throw new EOFException("closed: " + new String(frame, 2, Math.max(0, (int) length - 2), StandardCharsets.UTF_8));
      }
      return opcode == 1 ? (int) length : -1;
    }

    private int read() throws IOException {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the server closed the connection");
      }
      return b;
    }

    private int check(int length) {
      int count = 0;
      for (int i = 0; i + REPLY.length + 10 + RESULT.length <= length; i++) {
        if (frame[i] != '{' || !Arrays.equals(frame, i, i + REPLY.length, REPLY, 0, REPLY.length)) {
          continue;
        }
        long number = 0;
        int at = i + REPLY.length;
        while (at < length && frame[at] >= '0' && frame[at] <= '9') {
          number = number * 10 + frame[at++] - '0';
        }
        int index = (int) (number - Frame.FIRST);
        boolean result =
            at + RESULT.length <= length && Arrays.equals(frame, at, at + RESULT.length, RESULT, 0, RESULT.length);
        if (result && index >= 0 && !seen.get(index)) {
          seen.set(index);
          good++;
          count++;
        } else {
          errors++;
        }
        i = at;
      }
      return count;
    }
  }
}
