-- The outbox of Broadcasty in MySQL 8.0 and MariaDB 10.6, and later: rows that are published after
-- the commit. It may run any number of times. Flyway runs it from
-- classpath:io/broadcasty/outbox/mysql.
--
-- To publish by SQL, lock the channel first, in the same transaction. The lock keeps the ids of a
-- channel in the order of the commits. A transaction that publishes to several channels should lock
-- them in order of their names, so that it cannot deadlock with another one.
--
--   INSERT INTO broadcasty_outbox_channels (channel) VALUES ('orders.eu')
--     ON DUPLICATE KEY UPDATE channel = channel;
--   INSERT INTO broadcasty_outbox (channel, payload) VALUES ('orders.eu', '{"number": 17}');

CREATE TABLE IF NOT EXISTS broadcasty_outbox (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel       VARCHAR(200) NOT NULL,
  payload       LONGTEXT NOT NULL,      -- JSON
  event         VARCHAR(200),
  partition_key VARCHAR(200),
  headers       TEXT,                   -- a JSON object of strings
  message_id    VARCHAR(200),           -- published once; by default made of id and created_at
  created_at    TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

-- Rows that Broadcasty could not publish, with the reason.
CREATE TABLE IF NOT EXISTS broadcasty_outbox_refused (
  id            BIGINT NOT NULL PRIMARY KEY,
  channel       VARCHAR(200) NOT NULL,
  payload       LONGTEXT NOT NULL,
  event         VARCHAR(200),
  partition_key VARCHAR(200),
  headers       TEXT,
  message_id    VARCHAR(200),
  created_at    TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  code          VARCHAR(100) NOT NULL,
  reason        VARCHAR(500) NOT NULL,
  refused_at    TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;

-- A row for each channel, which publishers lock; the one without a name is that of the reader.
CREATE TABLE IF NOT EXISTS broadcasty_outbox_channels (
  channel VARCHAR(200) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL PRIMARY KEY
) ENGINE = InnoDB;

INSERT IGNORE INTO broadcasty_outbox_channels (channel) VALUES ('');
