package io.broadcasty.core.file;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Creates files with mode 0600 and directories with mode 0700. The mode is part of the creation, so
 * that there is no moment at which others can open them. A file system without POSIX modes, such as
 * that of Windows, keeps its own defaults.
 */
public final class OwnerOnlyFiles {

  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private OwnerOnlyFiles() {}

  /** Creates a directory and its missing parents. An existing directory keeps its mode. */
  public static void createDirectories(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) { // it may be a symbolic link to one
      Files.createDirectories(directory, attributes(directory, DIRECTORY));
    }
  }

  /** Creates an empty file; does nothing if it exists. */
  public static void createIfMissing(Path file) throws IOException {
    try {
      Files.createFile(file, attributes(file, FILE));
    } catch (FileAlreadyExistsException e) {
      restrict(file);
    }
  }

  /**
   * Writes a whole file and makes it durable. Replaces an existing file at once: whoever reads it
   * sees the old text or the new one.
   */
  public static void write(Path file, String text) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(draft, Set.of(WRITE, CREATE_NEW), attributes(file, FILE))) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /**
   * Sets the mode of an existing file of an earlier release.
   *
   * @throws IOException when this process does not own the file, for instance
   */
  public static void restrict(Path file) throws IOException {
    restrict(file, FILE);
  }

  /** Sets the mode of an existing directory. */
  public static void restrictDirectory(Path directory) throws IOException {
    restrict(directory, DIRECTORY);
  }

  /** Returns whether others than the owner may list the directory, as far as modes tell. */
  public static boolean isOpenToOthers(Path directory) throws IOException {
    return hasModes(directory) && !DIRECTORY.containsAll(Files.getPosixFilePermissions(directory));
  }

  private static void restrict(Path path, Set<PosixFilePermission> mode) throws IOException {
    if (hasModes(path)
        && !Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).equals(mode)) {
      Files.setPosixFilePermissions(path, mode);
    }
  }

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> mode) {
    return hasModes(path)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
        : new FileAttribute<?>[0];
  }
}
