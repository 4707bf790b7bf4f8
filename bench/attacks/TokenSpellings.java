import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Tokens that are each different: other spellings of a valid one, garbage, and newly signed ones;
 * in requests and in the command {@code connect}.
 */
final class TokenSpellings extends Attack {

  private static final int CONNECTIONS = 32;
  private static final int SOCKETS = 200;
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private String valid;
  private int signed;

  @Override
  void start() {
    valid = tokens.of("spelled", "member");
    flood(CONNECTIONS, 2, () -> Requests.get("/broadcasty/replay?channel=a", next()));
    hold(SOCKETS, n -> new Connecting());
  }

  private String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String begin = valid.substring(0, valid.length() - 1);
    String signature = valid.substring(valid.lastIndexOf('.'));
    return switch (random.nextInt(8)) {
      case 0 -> begin + BASE64.charAt(random.nextInt(64)); // the bits that no byte uses
      case 1 -> valid + "=".repeat(1 + random.nextInt(50));
      case 2 -> valid + random(1 + random.nextInt(40));
      case 3 -> valid + "." + random(10);
      case 4 ->
          part("{\"alg\":\"RS256\",\"kid\":\"" + random(20) + "\"}")
              + valid.substring(valid.indexOf('.'));
      case 5 ->
          part("{\"alg\":\"RS256\"}")
              + "."
              + part("{\"sub\":\"" + random(2000) + "\"}")
              + signature;
      case 6 -> random(3000) + "." + random(2000) + "." + random(342);
      default -> tokens.sign("spelled-" + signed++, "member");
    };
  }

  private static String part(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.US_ASCII));
  }

  /** A WebSocket that sends one token after the other until it is closed. */
  private final class Connecting extends WebSocketPeer {

    Connecting() {
      super(null);
    }

    @Override
    void upgraded() {
      if (!isEnded()) {
        send(
            Requests.text("{\"id\":1,\"command\":\"connect\",\"token\":\"" + random(8000) + "\"}"));
        loop.after(100, this::upgraded);
      }
    }
  }
}
