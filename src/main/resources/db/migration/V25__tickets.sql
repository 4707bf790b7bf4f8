-- Tickets that stand for a token once. ticket_hash: SHA-256 of the ticket, hexadecimal. content: the token, encrypted
-- with the ticket. expires_at: milliseconds; the row is deleted later.
CREATE TABLE broadcasty_tickets (
  ticket_hash VARCHAR(64)${collate} NOT NULL PRIMARY KEY,
  content ${bytes} NOT NULL,
  expires_at BIGINT NOT NULL
)${table_options};
CREATE INDEX broadcasty_tickets_expiry ON broadcasty_tickets (expires_at);
