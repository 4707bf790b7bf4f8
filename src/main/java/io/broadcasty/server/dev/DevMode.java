package io.broadcasty.server.dev;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.server.config.Settings;
import java.lang.System.Logger.Level;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Development mode: verifies tokens with a key pair of its own and issues tokens to anybody.
 *
 * <p>Anybody who reaches the server can then do everything, so {@link #announce} logs a warning.
 */
public final class DevMode implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(DevMode.class.getName());
  private static final String ALGORITHM = "RS256";

  /** The value of claims that tokens need and whose meaning is unknown here. */
  private static final String PLACEHOLDER = "development";

  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration TOKEN_LIFE = Duration.ofHours(12);

  private final RSAKey key;
  private final JwtSettings configured;
  private final String publicUrl;
  private final Path keyFile;
  private final WallClock clock;
  private volatile @Nullable ReadinessWait readiness;

  private DevMode(Settings settings, Path keyFile, RSAKey key, WallClock clock) {
    this.key = key;
    this.keyFile = keyFile;
    this.configured = settings.jwt();
    this.publicUrl = settings.publicUrl();
    this.clock = clock;
  }

  public static DevMode start(Settings settings, WallClock clock) {
    Path file = Path.of(settings.dataDir()).resolve("dev-key.jwk");
    return new DevMode(settings, file, DevKey.loadOrCreate(file), clock);
  }

  /**
   * Returns how tokens are verified: as configured, otherwise with the key pair of development
   * mode.
   */
  public JwtSettings jwt() {
    return configured.hasKeys()
        ? configured
        : configured.withPublicKeys(key.toPublicJWK().toJSONString(), ALGORITHM);
  }

  /** Returns whether the server accepts the tokens of {@link #token}. */
  public boolean issuesTokens() {
    return !configured.hasKeys();
  }

  /** Returns the tenant of the issued tokens. */
  public String tenant() {
    String fixed = configured.claims().fixedTenant();
    return fixed == null ? Settings.DEVELOPMENT_TENANT : fixed;
  }

  /** Issues a token that the server accepts, whatever claims it is configured to need. */
  public String token(String subject, List<String> roles) {
    SignedJWT token =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).build(), claims(subject, roles));
    try {
      token.sign(new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("Cannot sign with the development key", e);
    }
    return token.serialize();
  }

  /**
   * Issues a token for each kind of user of the demo and the examples.
   *
   * @param participant the subject of the participant
   * @return the tokens by kind
   */
  public Map<String, String> tokens(String participant) {
    Map<String, String> tokens = new LinkedHashMap<>();
    tokens.put("publisher", token("alice", List.of("member", "publisher")));
    tokens.put("reader", token("bob", List.of("member")));
    tokens.put("participant", token(participant, List.of("participant")));
    return tokens;
  }

  private JWTClaimsSet claims(String subject, List<String> roles) {
    Date now = Date.from(clock.now());
    JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder();
    for (String needed : configured.requiredClaims()) {
      claims.claim(needed, needed.equals("nbf") ? now : PLACEHOLDER);
    }
    configured.claims().claims(Settings.DEVELOPMENT_TENANT, roles).forEach(claims::claim);
    if (configured.issuer() != null) {
      claims.issuer(configured.issuer());
    }
    if (!configured.audiences().isEmpty()) {
      claims.audience(configured.audiences().get(0));
    }
    return claims
        .subject(subject)
        .issueTime(now)
        .expirationTime(Date.from(now.toInstant().plus(TOKEN_LIFE)))
        .build();
  }

  /**
   * Logs a warning, and prints commands to try to the console, ready to be copied, once clients
   * reach the server.
   */
  public void announce(Ticker ticker) {
    LOG.log(
        Level.WARNING,
        "DEVELOPMENT MODE IS ON (broadcasty.dev=true): anybody who reaches this server gets a token"
            + " for everything. Never use it in production.");
    if (!issuesTokens()) {
      LOG.log(Level.WARNING, "A public key is configured, so development mode issues no tokens");
      return;
    }
    try {
      URL ping = URI.create(publicUrl + "/broadcasty/ping").toURL();
      ReadinessWait ready = new ReadinessWait(ping, PAUSE, ticker);
      readiness = ready;
      Thread thread = new Thread(() -> ready.await(this::printGuide), "broadcasty-guide");
      thread.setDaemon(true);
      thread.start();
    } catch (IllegalArgumentException | MalformedURLException e) {
      LOG.log(Level.DEBUG, "The public URL cannot be requested", e);
      printGuide();
    }
  }

  /** Prints nothing any more. */
  @Override
  public void close() {
    ReadinessWait waiting = readiness;
    if (waiting != null) {
      waiting.end();
    }
  }

  private void printGuide() {
    String publisher = token("alice", List.of("member", "publisher"));
    String reader = token("bob", List.of("member"));
    String guide =
        """

        ── Broadcasty is ready ─────────────────────────────────────────────────────────────
        Demo page    %1$s/
        Development key in %4$s; tokens below are for the tenant "%5$s" and last 12 hours.

        # who publishes (alice: member, publisher), and who reads (bob: member)
        PUBLISHER=%2$s
        READER=%3$s

        # 1. listen (Ctrl-C ends it; add -H "Last-Event-ID: <id>" to go on where it ended)
        curl -N -H "Authorization: Bearer $READER" '%1$s/broadcasty/sse?channel=orders.eu'

        # 2. publish, in another terminal
        curl -H "Authorization: Bearer $PUBLISHER" -H 'Content-Type: application/json' \\
             -d '{"channel":"orders.eu","payload":{"order":17,"state":"PAID"}}' %1$s/broadcasty/publish

        # 3. read again what was published
        curl -H "Authorization: Bearer $READER" '%1$s/broadcasty/replay?channel=orders.eu&from=0'
        ────────────────────────────────────────────────────────────────────────────────────
        """
            .formatted(publicUrl, publisher, reader, keyFile, tenant());
    System.out.println(guide);
  }
}
