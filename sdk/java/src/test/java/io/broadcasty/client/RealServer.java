package io.broadcasty.client;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Payara Micro with the WAR, as a process that tests can kill. */
final class RealServer implements AutoCloseable {

  private static final long START_SECONDS = 300;

  private final Path home;
  private final int port;
  private final KeyPair key;
  private final Map<String, String> settings;
  private Process process;

  private RealServer(Path home, int port, KeyPair key, Map<String, String> settings) {
    this.home = home;
    this.port = port;
    this.key = key;
    this.settings = settings;
  }

  static RealServer start(Map<String, String> settings)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path home = Files.createTempDirectory("broadcasty-client-");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    RealServer server = new RealServer(home, freePort(), generator.generateKeyPair(), settings);
    Files.createDirectory(home.resolve("data"));
    Files.writeString(home.resolve("data/dev-key.jwk"), server.jwk());
    server.restart();
    return server;
  }

  String address() {
    return "http://localhost:" + port;
  }

  /** Starts the server again with the same data, and waits until it is ready. */
  void restart() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-Djava.io.tmpdir=" + home, "-Djava.net.preferIPv4Stack=true"));
    command.addAll(List.of("-jar", file("payara.jar"), "--nocluster", "--disablephonehome"));
    command.addAll(List.of("--port", Integer.toString(port), "--shutdowngrace", "1000"));
    command.addAll(List.of("--deploy", file("broadcasty.war")));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("BROADCASTY_"));
    builder.environment().put("BROADCASTY_DEV", "true");
    builder.environment().put("BROADCASTY_DATA_DIR", home.resolve("data").toString());
    builder.environment().put("BROADCASTY_LIMITS_ENABLED", "false");
    builder.environment().putAll(settings);
    process = builder.start();
    Process started = process;
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    Instant end = Instant.now().plusSeconds(START_SECONDS);
    while (!answers()) {
      if (!process.isAlive() || Instant.now().isAfter(end)) {
        throw new IllegalStateException("the server did not start: " + Files.readString(log()));
      }
      Thread.sleep(200);
    }
  }

  /** Kills the process without a shutdown. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    kill();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Returns a token signed with the key of development mode. */
  String token(String subject, int seconds, String... roles) {
    Map<String, Object> claims = new LinkedHashMap<>();
    long now = Instant.now().getEpochSecond();
    claims.put("sub", subject);
    claims.put("tid", "demo");
    claims.put("roles", roles);
    claims.put("iat", now - 60);
    claims.put("exp", now + seconds);
    String text =
        base64(bytes("{\"alg\":\"RS256\",\"typ\":\"JWT\"}"))
            + "."
            + base64(bytes(JsonWriter.write(claims)));
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key.getPrivate());
      signature.update(bytes(text));
      return text + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String jwk() {
    RSAPrivateCrtKey rsa = (RSAPrivateCrtKey) key.getPrivate();
    Map<String, Object> jwk = new LinkedHashMap<>();
    jwk.put("kty", "RSA");
    jwk.put("n", base64(rsa.getModulus()));
    jwk.put("e", base64(rsa.getPublicExponent()));
    jwk.put("d", base64(rsa.getPrivateExponent()));
    jwk.put("p", base64(rsa.getPrimeP()));
    jwk.put("q", base64(rsa.getPrimeQ()));
    jwk.put("dp", base64(rsa.getPrimeExponentP()));
    jwk.put("dq", base64(rsa.getPrimeExponentQ()));
    jwk.put("qi", base64(rsa.getCrtCoefficient()));
    return JsonWriter.write(jwk);
  }

  private boolean answers() {
    try {
      HttpRequest ping = HttpRequest.newBuilder(URI.create(address() + "/broadcasty/ping")).build();
      return HttpClient.newHttpClient()
              .send(ping, HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 204;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Path log() {
    return home.resolve("server.log");
  }

  private static String file(String property) {
    Path file = Path.of(System.getProperty(property));
    if (!Files.exists(file)) {
      throw new IllegalStateException(
          file + " is missing; the build of the server makes it: ./mvnw -DskipTests verify");
    }
    return file.toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String base64(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int sign = bytes[0] == 0 && bytes.length > 1 ? 1 : 0;
    return base64(java.util.Arrays.copyOfRange(bytes, sign, bytes.length));
  }
}
