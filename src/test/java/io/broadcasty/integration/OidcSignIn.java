package io.broadcasty.integration;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A user with a browser who signs in at an OpenID Connect provider: the code flow with PKCE,
 * through whatever forms the provider shows. Each object is a browser of its own.
 */
final class OidcSignIn {

  private static final Pattern FORM = Pattern.compile("<form[^>]*action=\"([^\"]+)\"");
  private static final Pattern INPUT = Pattern.compile("<input[^>]*>");
  private static final int MOST_PAGES = 12;
  private static final String LANDING = "http://localhost/signed-in";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private final URI issuer;
  private final String client;

  /**
   * @param issuer the claim {@code iss} of the provider's tokens
   * @param client the public client that the user signs in for
   */
  OidcSignIn(URI issuer, String client) {
    this.issuer = issuer;
    this.client = client;
  }

  /** Signs the user in; returns the access token. */
  String accessToken(String user, String password, Map<String, String> parameters) {
    Map<String, Object> provider = json(get(issuer + "/.well-known/openid-configuration"));
    String verifier = UUID.randomUUID() + "-" + UUID.randomUUID();
    Map<String, String> question = new LinkedHashMap<>(parameters);
    question.put("response_type", "code");
    question.put("client_id", client);
    question.put("redirect_uri", LANDING);
    question.put("state", UUID.randomUUID().toString());
    question.put("code_challenge", sha256(verifier));
    question.put("code_challenge_method", "S256");
    URI page = URI.create(provider.get("authorization_endpoint") + "?" + form(question));
    HttpResponse<String> answer = get(page.toString());
    for (int i = 0; i < MOST_PAGES; i++) {
      String next = answer.headers().firstValue("Location").orElse(null);
      if (next == null) {
        page = answer.uri();
        answer = submit(page, answer.body(), user, password);
      } else if (next.startsWith(LANDING)) {
        Map<String, String> exchange = new LinkedHashMap<>();
        exchange.put("grant_type", "authorization_code");
        exchange.put("code", parameter(next, "code"));
        exchange.put("redirect_uri", LANDING);
        exchange.put("client_id", client);
        exchange.put("code_verifier", verifier);
        String token = String.valueOf(provider.get("token_endpoint"));
        return String.valueOf(json(post(token, exchange)).get("access_token"));
      } else {
        answer = get(answer.uri().resolve(next).toString());
      }
    }
    throw new AssertionError("the provider shows one page after the other: " + answer.body());
  }

  /** Fills the first form of a page in, and sends it. */
  private HttpResponse<String> submit(URI page, String html, String user, String password) {
    Matcher form = FORM.matcher(html);
    if (!form.find()) {
      throw new AssertionError("the provider shows no form at " + page + ": " + html);
    }
    Map<String, String> fields = new LinkedHashMap<>();
    Matcher input = INPUT.matcher(html.substring(form.start()));
    while (input.find()) {
      String name = attribute(input.group(), "name");
      String value = attribute(input.group(), "value");
      if (name == null || "checkbox".equals(attribute(input.group(), "type"))) {
        continue;
      }
      fields.put(
          name,
          switch (name) {
            case "username", "login" -> user;
            case "password" -> password;
            default -> value == null ? "" : value;
          });
    }
    return post(page.resolve(form.group(1).replace("&amp;", "&")).toString(), fields);
  }

  private static @Nullable String attribute(String tag, String name) {
    Matcher found = Pattern.compile("\\s" + name + "=\"([^\"]*)\"").matcher(tag);
    return found.find() ? found.group(1) : null;
  }

  private static String parameter(String url, String name) {
    Matcher found = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(url);
    if (!found.find()) {
      throw new AssertionError(url);
    }
    return found.group(1);
  }

  private HttpResponse<String> get(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  private HttpResponse<String> post(String url, Map<String, String> fields) {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form(fields))));
  }

  /** Sends a request with all cookies: a browser's, as far as one provider is concerned. */
  private HttpResponse<String> send(HttpRequest.Builder request) {
    if (!cookies.isEmpty()) {
      request.header(
          "Cookie",
          cookies.entrySet().stream()
              .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
              .collect(Collectors.joining("; ")));
    }
    try {
      HttpResponse<String> answer =
          http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
      for (String cookie : answer.headers().allValues("Set-Cookie")) {
        String[] pair = cookie.split(";", -1)[0].split("=", 2);
        cookies.put(pair[0], pair[1]);
        if (pair[1].isEmpty()) {
          cookies.remove(pair[0]);
        }
      }
      return answer;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String form(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Map<String, Object> json(HttpResponse<String> answer) {
    try {
      if (answer.statusCode() == 200) {
        return JSONObjectUtils.parse(answer.body());
      }
    } catch (ParseException e) {
      throw new AssertionError(answer.body(), e);
    }
    throw new AssertionError(answer.statusCode() + " " + answer.body());
  }

  private static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(bytes)).toString();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
