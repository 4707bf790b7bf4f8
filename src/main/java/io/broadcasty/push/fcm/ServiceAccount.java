package io.broadcasty.push.fcm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The service account that sends, as the Firebase console exports it (Project settings, Service
 * accounts, Generate new private key).
 *
 * @param keyId which of the account's keys it is; null when the file does not say
 * @param tokenUri where access tokens are requested
 */
public record ServiceAccount(
    String projectId,
    String clientEmail,
    @Nullable String keyId,
    RSAPrivateKey privateKey,
    URI tokenUri) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String GOOGLE_TOKENS = "https://oauth2.googleapis.com/token";
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);

  /**
   * Reads the exported JSON.
   *
   * @throws IllegalArgumentException when it is not usable; the message says what is missing or
   *     wrong, and contains nothing of the key
   */
  public static ServiceAccount parse(String json) {
    Map<String, String> fields = fields(json);
    String type = fields.get("type");
    if (type != null && !type.equals("service_account")) {
      throw new IllegalArgumentException(
          "not a service account (its type is another): take the file from Project settings,"
              + " Service accounts, Generate new private key");
    }
    return new ServiceAccount(
        project(required(fields, "project_id")),
        required(fields, "client_email"),
        fields.get("private_key_id"),
        key(required(fields, "private_key")),
        uri(fields.getOrDefault("token_uri", GOOGLE_TOKENS)));
  }

  private static Map<String, String> fields(String json) {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("is not the JSON object of a service account");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          fields.put(name, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) { // without the cause: its message would show a part of the key
      throw new IllegalArgumentException(
          "it is not complete JSON; it may have been cut off or badly quoted");
    }
    return fields;
  }

  private static String required(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("has no " + name + ", so it is not a service account");
    }
    return value;
  }

  private static String project(String id) {
    if (!id.matches("[A-Za-z0-9:._-]{1,100}")) {
      throw new IllegalArgumentException("its project_id is not valid");
    }
    return id;
  }

  private static RSAPrivateKey key(String pem) {
    Matcher block = PEM.matcher(pem.replace("\\n", "\n"));
    if (!block.find()) {
      throw new IllegalArgumentException(
          "its private_key has no block -----BEGIN PRIVATE KEY-----; it may have been cut off");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(1));
      return (RSAPrivateKey)
          KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "its private_key is not an RSA key; it may have been cut off");
    }
  }

  private static URI uri(String text) {
    if (!text.matches("https?://[^\\s/?#]+[^\\s]*")) {
      throw new IllegalArgumentException("its token_uri is not a URL");
    }
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("its token_uri is not a URL");
    }
  }

  @Override
  public String toString() {
    return "service account of " + projectId;
  }
}
