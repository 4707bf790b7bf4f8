import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** One way to harm a node. Its connections run in one {@link Loop} until the time is up. */
abstract class Attack {

  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int ANY_ADDRESS = -1;
  private static final int PAUSE_MILLIS = 20;

  Loop loop;
  Tokens tokens;

  /** Opens connections and starts timers; the loop runs afterwards. */
  abstract void start();

  /** Keeps as many connections open: a connection that has ended is replaced by another one. */
  final void hold(int count, IntFunction<Peer> maker) {
    hold(count, ANY_ADDRESS, maker);
  }

  /** As {@link #hold(int, IntFunction)}, all from one address. */
  final void hold(int count, int address, IntFunction<Peer> maker) {
    for (int i = 0; i < count; i++) {
      int n = i;
      // not all in one go, so that the first ones do something meanwhile
      loop.after(i / 5, () -> keep(n, address, maker));
    }
  }

  private void keep(int n, int address, IntFunction<Peer> maker) {
    Peer peer = maker.apply(n);
    peer.whenEnded(() -> loop.after(PAUSE_MILLIS, () -> keep(n, address, maker)));
    if (address == ANY_ADDRESS) {
      loop.open(peer);
    } else {
      loop.open(peer, address);
    }
  }

  /**
   * Keeps as many connections open that send requests one after the other, as many at once as
   * given, whatever the answers are.
   */
  final void flood(int connections, int atOnce, Supplier<String> requests) {
    hold(connections, n -> flooder(atOnce, requests));
  }

  private static Peer flooder(int atOnce, Supplier<String> requests) {
    return new Peer() {
      @Override
      void opened() {
        for (int i = 0; i < atOnce; i++) {
          send(requests.get());
        }
      }

      @Override
      void status(int status) {
        if (status >= 200) {
          send(requests.get());
        }
      }
    };
  }

  /** Returns a random name of as many characters. */
  static String random(int length) {
    byte[] name = new byte[length];
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long bits = 0;
    for (int i = 0; i < length; i++) {
      bits = i % 12 == 0 ? random.nextLong() : bits >>> 5;
      name[i] = (byte) LETTERS.charAt((int) bits & 31);
    }
    return new String(name, StandardCharsets.US_ASCII);
  }
}
