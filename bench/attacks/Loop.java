import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Runs thousands of connections to one server in one thread. The connections come from several
 * addresses of the loopback network in turn, so that limits of one address are not the only ones
 * that an attack meets.
 */
final class Loop {

  private record Timer(long dueNanos, Runnable task) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return Long.compare(dueNanos, other.dueNanos);
    }
  }

  final Counts counts;
  private final InetSocketAddress server;
  private final int addresses;
  private final Selector selector = Selector.open();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
  private int opened;

  Loop(int port, int addresses, Counts counts) throws IOException {
    this.server = new InetSocketAddress("127.0.0.1", port);
    this.addresses = addresses;
    this.counts = counts;
  }

  /** Returns the n-th address of the attacker; none is that of another part of the benchmark. */
  private static InetSocketAddress source(int n) {
    return new InetSocketAddress("127.66.0." + (1 + n), 0);
  }

  /** Opens a connection from the next address. */
  void open(Peer peer) {
    open(peer, opened++ % addresses);
  }

  /** Opens a connection from one address of the attacker. */
  void open(Peer peer, int address) {
    try {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.SO_LINGER, 0); // an RST, so that ports are free again
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (peer.receiveBuffer() > 0) {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, peer.receiveBuffer());
      }
      channel.bind(source(address));
      peer.loop = this;
      peer.channel = channel;
      boolean connected = channel.connect(server);
      peer.key = channel.register(selector, connected ? 0 : SelectionKey.OP_CONNECT, peer);
      if (connected) {
        connected(peer);
      }
    } catch (IOException e) {
      counts.add("not-connected");
      peer.end("not-connected");
    }
  }

  /** Runs a task once after some time. */
  void after(long millis, Runnable task) {
    timers.add(new Timer(System.nanoTime() + millis * 1_000_000, task));
  }

  /** Runs a task again and again. */
  void every(long millis, Runnable task) {
    after(
        millis,
        () -> {
          task.run();
          every(millis, task);
        });
  }

  /** Serves the connections until the time is up, and then closes all of them. */
  void run(double seconds) throws IOException {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      selector.select(10);
      for (SelectionKey key : selector.selectedKeys()) {
        serve((Peer) key.attachment());
      }
      selector.selectedKeys().clear();
      runTimers();
    }
    counts.add("open-at-end", selector.keys().stream().filter(SelectionKey::isValid).count());
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }

  private void runTimers() {
    long now = System.nanoTime();
    List<Timer> due = new ArrayList<>();
    while (!timers.isEmpty() && timers.peek().dueNanos() <= now) {
      due.add(timers.poll());
    }
    due.forEach(timer -> timer.task().run());
  }

  private void serve(Peer peer) {
    try {
      if (!peer.key.isValid()) {
        return;
      }
      if (peer.key.isConnectable()) {
        peer.channel.finishConnect();
        connected(peer);
        return;
      }
      if (peer.key.isReadable()) {
        input.clear();
        if (peer.channel.read(input) < 0) {
          peer.end("closed");
          return;
        }
        peer.received(input.flip());
      }
      if (peer.key.isValid() && peer.key.isWritable()) {
        peer.write();
      }
    } catch (IOException e) {
      peer.end(peer.isConnected() ? "reset" : "not-connected");
    }
  }

  private void connected(Peer peer) {
    counts.add("opened");
    peer.connected();
  }
}
