package io.broadcasty.client;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs requests with the secret of an API key, as {@code protocol/PROTOCOL.md} says. */
final class SignedCredentials implements Credentials {

  private static final String SCHEME = "Broadcasty-HMAC-SHA256";
  private static final Pattern SECRET = Pattern.compile("bk_([0-9a-f]{16})_.+");

  private final String key;
  private final SecretKeySpec secret;
  private final Clock clock;
  private final Supplier<String> nonces;

  SignedCredentials(String secret) {
    this(secret, Clock.systemUTC(), () -> UUID.randomUUID().toString());
  }

  SignedCredentials(String secret, Clock clock, Supplier<String> nonces) {
    Matcher matcher = SECRET.matcher(secret);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "the secret of an API key has the form bk_{16 hexadecimal digits}_{more}");
    }
    this.key = matcher.group(1);
    this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    this.clock = clock;
    this.nonces = nonces;
  }

  @Override
  public Map<String, String> headers(String method, String path, String query, byte[] body) {
    String timestamp = Long.toString(clock.instant().getEpochSecond());
    String nonce = nonces.get();
    String hash = sha256(body);
    String text = String.join("\n", SCHEME, method, path, sorted(query), hash, timestamp, nonce);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Authorization", SCHEME + " key=" + key + ", signature=" + signature(text));
    headers.put("Broadcasty-Timestamp", timestamp);
    headers.put("Broadcasty-Nonce", nonce);
    headers.put("Broadcasty-Body-SHA256", hash);
    return headers;
  }

  /** Returns the parameters sorted by their bytes; all of them are ASCII, as they are escaped. */
  private static String sorted(String query) {
    String[] parameters = query.split("&", -1);
    Arrays.sort(parameters);
    return String.join("&", parameters);
  }

  private String signature(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
