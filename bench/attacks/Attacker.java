import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs one attack and prints its counts every half second, so that they are known even if it is
 * killed.
 *
 * <p>Usage: {@code java Attacker NAME PORT KEY SECONDS ADDRESSES}.
 */
final class Attacker {

  /** What runs before the first attack. */
  static final String CROWD = "crowd";

  static final Map<String, Supplier<Attack>> ATTACKS = new LinkedHashMap<>();

  static {
    ATTACKS.put(CROWD, Crowd::new);
    ATTACKS.put("half-messages", HalfMessages::new);
    ATTACKS.put("heap-publisher", HeapPublisher::new);
    ATTACKS.put("slow-bodies", SlowBodies::new);
    ATTACKS.put("slow-heads", SlowHeads::new);
    ATTACKS.put("big-replies", BigReplies::new);
    ATTACKS.put("never-read", NeverRead::new);
    ATTACKS.put("pattern-flood", PatternFlood::new);
    ATTACKS.put("id-flood", IdFlood::new);
    ATTACKS.put("connect-flood", ConnectFlood::new);
    ATTACKS.put("options-flood", OptionsFlood::new);
    ATTACKS.put("token-spellings", TokenSpellings::new);
    ATTACKS.put("presence-flood", PresenceFlood::new);
    ATTACKS.put("rate-key-flood", RateKeyFlood::new);
    ATTACKS.put("ping-flood", PingFlood::new);
    ATTACKS.put("bad-messages", BadMessages::new);
    ATTACKS.put("slow-reads", SlowReads::new);
    ATTACKS.put("churn", Churn::new);
  }

  private Attacker() {}

  public static void main(String[] args) throws Exception {
    Counts counts = new Counts();
    Attack attack = ATTACKS.get(args[0]).get();
    attack.loop = new Loop(Integer.parseInt(args[1]), Integer.parseInt(args[4]), counts);
    attack.tokens = new Tokens(Path.of(args[2]), "attacker");
    attack.start();
    attack.loop.every(500, () -> System.out.println(counts));
    attack.loop.run(Double.parseDouble(args[3]));
    System.out.println(counts);
    System.exit(0);
  }
}
