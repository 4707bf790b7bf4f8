package io.broadcasty.server.dev;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.broadcasty.core.file.OwnerOnlyFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Objects;

/**
 * Creates the RSA key pair of development mode on the first start and keeps it in the data folder.
 */
final class DevKey {

  private static final int BITS = 2048;

  private DevKey() {}

  static RSAKey loadOrCreate(Path file) {
    try {
      if (Files.exists(file)) {
        OwnerOnlyFiles.restrict(file); // an earlier release may have created it by the umask
        return RSAKey.parse(Files.readString(file));
      }
      RSAKey key = new RSAKeyGenerator(BITS).generate();
      OwnerOnlyFiles.createDirectories(
          Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a directory"));
      OwnerOnlyFiles.write(file, key.toJSONString());
      return key;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read or write the development key " + file, e);
    } catch (ParseException e) {
      throw new IllegalStateException(
          file + " is not a development key; delete it to have a new one created", e);
    } catch (JOSEException e) {
      throw new IllegalStateException("Cannot generate an RSA key", e);
    }
  }
}
