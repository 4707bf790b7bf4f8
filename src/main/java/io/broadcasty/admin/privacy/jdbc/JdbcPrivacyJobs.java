package io.broadcasty.admin.privacy.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.PrivacyJob;
import io.broadcasty.admin.privacy.PrivacyJobs;
import io.broadcasty.admin.privacy.PrivacyStoreException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Jobs in {@code broadcasty_privacy_jobs}, exported data in {@code broadcasty_privacy_exports}. A
 * claim is a lease in the job's row, by the clock of the database; what a node stores names its
 * claim, so a node that was taken for dead stores nothing more.
 */
@ThreadSafe
public final class JdbcPrivacyJobs implements PrivacyJobs {

  private static final int ATTEMPTS = 3;
  private static final String NO_LIMIT = "g"; // behind all ids
  private static final String COLUMNS =
      "job_id, tenant_id, user_id, channels, kind, state, area, area_cursor, pass, found, counts,"
          + " bytes, problem, not_before, created_at, updated_at, finished_at";
  private static final String SELECT = "SELECT " + COLUMNS + " FROM broadcasty_privacy_jobs WHERE ";
  private static final String UNFINISHED = "state IN ('waiting', 'running')";
  private static final String INSERT =
      "INSERT INTO broadcasty_privacy_jobs ("
          + COLUMNS
          + ", lease_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)";
  private static final String CLAIMABLE =
      "SELECT job_id FROM broadcasty_privacy_jobs WHERE "
          + UNFINISHED
          + " AND not_before <= ? AND lease_until <= ? ORDER BY updated_at, job_id LIMIT 10";
  private static final String CLAIM =
      "UPDATE broadcasty_privacy_jobs SET owner = ?, lease_until = ? WHERE job_id = ? AND "
          + UNFINISHED
          + " AND lease_until <= ?";
  private static final String SAVE =
      "UPDATE broadcasty_privacy_jobs SET user_id = ?, channels = ?, state = ?, area = ?,"
          + " area_cursor = ?, pass = ?, found = ?, counts = ?, bytes = ?, problem = ?,"
          + " not_before = ?, updated_at = ?, finished_at = ?, lease_until = ?"
          + " WHERE job_id = ? AND owner = ? AND lease_until > ?";
  private static final String ADD_EXPORT =
      "INSERT INTO broadcasty_privacy_exports (job_id, chunk_no, data) VALUES (?, ?, ?)";
  private static final String READ_EXPORT =
      "SELECT chunk_no, data FROM broadcasty_privacy_exports WHERE job_id = ? AND chunk_no > ?"
          + " ORDER BY chunk_no LIMIT 1";
  private static final String DELETE_EXPORT =
      "DELETE FROM broadcasty_privacy_exports WHERE job_id = ?";
  private static final String DELETE = "DELETE FROM broadcasty_privacy_jobs WHERE job_id = ?";

  private final Transactions transactions;
  private final WallClock clock;

  /**
   * @param database stays open
   */
  public JdbcPrivacyJobs(Database database) {
    this.transactions = new Transactions(database);
    this.clock = database.clock();
  }

  private interface Call<T> {
    T run() throws SQLException;
  }

  private static <T> T calling(Call<T> call) {
    try {
      return call.run();
    } catch (SQLException e) {
      throw new PrivacyStoreException("jobs about personal data cannot be read or changed", e);
    }
  }

  @Override
  public void insert(PrivacyJob job) {
    var unused =
        calling(
            () ->
                transactions.writeDurably(
                    1,
                    connection -> {
                      try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                        insert.setString(1, job.id());
                        insert.setString(2, job.tenant().value());
                        insert.setString(3, job.user());
                        insert.setBytes(4, channels(job));
                        insert.setString(5, job.kind().wireName());
                        insert.setString(6, job.state().wireName());
                        insert.setString(7, job.area());
                        insert.setString(8, job.cursor());
                        insert.setInt(9, job.pass());
                        insert.setLong(10, job.found());
                        insert.setString(11, counts(job));
                        insert.setLong(12, job.bytes());
                        insert.setString(13, job.problem());
                        insert.setLong(14, job.notBeforeMillis());
                        insert.setLong(15, job.createdAtMillis());
                        insert.setLong(16, job.updatedAtMillis());
                        insert.setLong(17, job.finishedAtMillis());
                        return insert.executeUpdate();
                      }
                    }));
  }

  @Override
  public @Nullable PrivacyJob find(String id) {
    List<PrivacyJob> found = select("job_id = ?", select -> select.setString(1, id));
    return found.isEmpty() ? null : found.get(0);
  }

  @Override
  public @Nullable PrivacyJob findUnfinished(TenantId tenant, String user, PrivacyJob.Kind kind) {
    List<PrivacyJob> found =
        select(
            "tenant_id = ? AND user_id = ? AND kind = ? AND " + UNFINISHED + " ORDER BY job_id",
            select -> {
              select.setString(1, tenant.value());
              select.setString(2, user);
              select.setString(3, kind.wireName());
            });
    return found.isEmpty() ? null : found.get(0);
  }

  @Override
  public List<PrivacyJob> list(@Nullable TenantId tenant, @Nullable String before, int limit) {
    String from = before == null ? NO_LIMIT : before;
    return tenant == null
        ? select(
            "job_id < ? ORDER BY job_id DESC LIMIT ?",
            select -> {
              select.setString(1, from);
              select.setInt(2, limit);
            })
        : select(
            "tenant_id = ? AND job_id < ? ORDER BY job_id DESC LIMIT ?",
            select -> {
              select.setString(1, tenant.value());
              select.setString(2, from);
              select.setInt(3, limit);
            });
  }

  @Override
  public @Nullable PrivacyJob claim(String owner, Duration lease) {
    long now = clock.nowMillis();
    String claimed =
        calling(
            () ->
                transactions.runAutoCommit(
                    connection -> {
                      for (String id : claimable(connection, now)) {
                        try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
                          claim.setString(1, owner);
                          claim.setLong(2, now + lease.toMillis());
                          claim.setString(3, id);
                          claim.setLong(4, now);
                          if (claim.executeUpdate() == 1) {
                            return id;
                          }
                        }
                      }
                      return "";
                    }));
    return claimed.isEmpty() ? null : find(claimed);
  }

  private static List<String> claimable(Connection connection, long now) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(CLAIMABLE)) {
      select.setLong(1, now);
      select.setLong(2, now);
      return ids(select);
    }
  }

  private static List<String> ids(PreparedStatement select) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        ids.add(row.getString(1));
      }
    }
    return ids;
  }

  @Override
  public boolean save(PrivacyJob job, List<String> lines, String owner, @Nullable Duration lease) {
    long now = clock.nowMillis();
    return calling(
        () ->
            transactions.writeDurably(
                ATTEMPTS,
                connection -> {
                  if (!update(connection, job, owner, now, lease)) {
                    return false;
                  }
                  if (job.state() == PrivacyJob.State.FAILED) {
                    delete(connection, DELETE_EXPORT, job.id());
                  } else if (!lines.isEmpty()) {
                    add(connection, job, String.join("\n", lines) + "\n");
                  }
                  return true;
                }));
  }

  private static boolean update(
      Connection connection, PrivacyJob job, String owner, long now, @Nullable Duration lease)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(SAVE)) {
      update.setString(1, job.user());
      update.setBytes(2, channels(job));
      update.setString(3, job.state().wireName());
      update.setString(4, job.area());
      update.setString(5, job.cursor());
      update.setInt(6, job.pass());
      update.setLong(7, job.found());
      update.setString(8, counts(job));
      update.setLong(9, job.bytes());
      update.setString(10, job.problem());
      update.setLong(11, job.notBeforeMillis());
      update.setLong(12, now);
      update.setLong(13, job.finishedAtMillis());
      update.setLong(14, lease == null ? 0 : now + lease.toMillis());
      update.setString(15, job.id());
      update.setString(16, owner);
      update.setLong(17, now);
      return update.executeUpdate() == 1;
    }
  }

  /** Adds exported lines; the size after them numbers them, since it only grows. */
  private static void add(Connection connection, PrivacyJob job, String text) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(ADD_EXPORT)) {
      insert.setString(1, job.id());
      insert.setLong(2, job.bytes());
      insert.setBytes(3, text.getBytes(UTF_8));
      insert.executeUpdate();
    }
  }

  @Override
  public @Nullable Chunk read(String id, long after) {
    List<Chunk> found =
        calling(
            () ->
                transactions.runAutoCommit(
                    connection -> {
                      List<Chunk> chunks = new ArrayList<>(1);
                      try (PreparedStatement select = connection.prepareStatement(READ_EXPORT)) {
                        select.setString(1, id);
                        select.setLong(2, after);
                        try (ResultSet row = select.executeQuery()) {
                          if (row.next()) {
                            chunks.add(
                                new Chunk(row.getLong(1), new String(row.getBytes(2), UTF_8)));
                          }
                        }
                      }
                      return chunks;
                    }));
    return found.isEmpty() ? null : found.get(0);
  }

  @Override
  public boolean delete(String id) {
    return calling(() -> transactions.write(ATTEMPTS, connection -> deleteAll(connection, id)));
  }

  private static boolean deleteAll(Connection connection, String id) throws SQLException {
    boolean found = delete(connection, DELETE, id) > 0;
    delete(connection, DELETE_EXPORT, id);
    return found;
  }

  @Override
  public int deleteOthers(TenantId tenant, String user, String exceptId) {
    List<PrivacyJob> others =
        select(
            "tenant_id = ? AND user_id = ? AND job_id <> ?",
            select -> {
              select.setString(1, tenant.value());
              select.setString(2, user);
              select.setString(3, exceptId);
            });
    others.forEach(job -> delete(job.id()));
    return others.size();
  }

  @Override
  public void prune(long beforeMillis) {
    select(
            "finished_at > 0 AND finished_at < ? ORDER BY finished_at LIMIT 1000",
            select -> select.setLong(1, beforeMillis))
        .forEach(job -> delete(job.id()));
  }

  private static int delete(Connection connection, String sql, String id) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(sql)) {
      delete.setString(1, id);
      return delete.executeUpdate();
    }
  }

  private interface Binding {
    void bind(PreparedStatement select) throws SQLException;
  }

  private List<PrivacyJob> select(String condition, Binding binding) {
    return calling(
        () ->
            transactions.runAutoCommit(
                connection -> {
                  List<PrivacyJob> jobs = new ArrayList<>();
                  try (PreparedStatement select = connection.prepareStatement(SELECT + condition)) {
                    binding.bind(select);
                    try (ResultSet row = select.executeQuery()) {
                      while (row.next()) {
                        jobs.add(job(row));
                      }
                    }
                  }
                  return jobs;
                }));
  }

  private static PrivacyJob job(ResultSet row) throws SQLException {
    return new PrivacyJob(
        row.getString(1),
        new TenantId(row.getString(2)),
        row.getString(3),
        lines(new String(row.getBytes(4), UTF_8)),
        PrivacyJob.Kind.valueOf(row.getString(5).toUpperCase(Locale.ROOT)),
        PrivacyJob.State.valueOf(row.getString(6).toUpperCase(Locale.ROOT)),
        row.getString(7),
        row.getString(8),
        row.getInt(9),
        row.getLong(10),
        counts(row.getString(11)),
        row.getLong(12),
        row.getString(13),
        row.getLong(14),
        row.getLong(15),
        row.getLong(16),
        row.getLong(17));
  }

  private static List<String> lines(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split("\n", -1));
  }

  private static byte[] channels(PrivacyJob job) {
    return String.join("\n", job.channels()).getBytes(UTF_8);
  }

  private static String counts(PrivacyJob job) {
    return job.counts().entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue())
        .collect(Collectors.joining("\n"));
  }

  private static Map<String, Long> counts(String text) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (String line : lines(text)) {
      int space = line.indexOf(' ');
      counts.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
    }
    return counts;
  }
}
