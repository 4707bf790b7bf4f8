import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.RSAPrivateKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Signs tokens with the key of development mode. */
final class Tokens {

  private static final long LIFE_SECONDS = 12 * 3600;

  private final PrivateKey key;
  private final String tenant;
  private final Map<String, String> known = new HashMap<>();

  Tokens(Path file, String tenant) throws IOException, GeneralSecurityException {
    this.tenant = tenant;
    String jwk = Files.readString(file);
    key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(new RSAPrivateKeySpec(number(jwk, "n"), number(jwk, "d")));
  }

  private static BigInteger number(String jwk, String field) {
    Matcher found = Pattern.compile("\"" + field + "\":\"([A-Za-z0-9_-]+)\"").matcher(jwk);
    if (!found.find()) {
      throw new IllegalArgumentException("the key has no `" + field + "`");
    }
    return new BigInteger(1, Base64.getUrlDecoder().decode(found.group(1)));
  }

  /** Returns the token of a user, which is signed once. */
  String of(String subject, String... roles) {
    return known.computeIfAbsent(
        subject + " " + String.join(",", roles), unused -> sign(subject, roles));
  }

  /** Signs a new token. */
  String sign(String subject, String... roles) {
    long now = System.currentTimeMillis() / 1000;
    String claims =
        "{\"sub\":\"%s\",\"tid\":\"%s\",\"roles\":[%s],\"iat\":%d,\"exp\":%d}"
            .formatted(
                subject,
                tenant,
                Arrays.stream(roles).map(role -> '"' + role + '"').collect(Collectors.joining(",")),
                now,
                now + LIFE_SECONDS);
    String signed = part("{\"alg\":\"RS256\"}") + "." + part(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      byte[] bytes = signature.sign();
      return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
