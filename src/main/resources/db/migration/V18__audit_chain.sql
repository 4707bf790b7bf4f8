-- Entries of the audit log form a chain for each tenant, in the order of chain_no, from 1. row_hash: covers the
-- entry and the hash before it. Entries from before this version have neither and are in no chain.
-- actor_hash and target_hash: cover what an entry says of a person, under that person's salt, so that it can be
-- removed without a change of row_hash. actor_ref and target_ref: the person's row of broadcasty_audit_users.
ALTER TABLE broadcasty_audit_logs ADD COLUMN outcome VARCHAR(16)${collate};
ALTER TABLE broadcasty_audit_logs ADD COLUMN actor_tenant VARCHAR(64)${collate};
ALTER TABLE broadcasty_audit_logs ADD COLUMN target VARCHAR(255)${collate};
ALTER TABLE broadcasty_audit_logs ADD COLUMN chain_no BIGINT;
ALTER TABLE broadcasty_audit_logs ADD COLUMN row_hash VARCHAR(64)${collate};
ALTER TABLE broadcasty_audit_logs ADD COLUMN actor_ref VARCHAR(32)${collate};
ALTER TABLE broadcasty_audit_logs ADD COLUMN actor_hash VARCHAR(64)${collate};
ALTER TABLE broadcasty_audit_logs ADD COLUMN target_ref VARCHAR(32)${collate};
ALTER TABLE broadcasty_audit_logs ADD COLUMN target_hash VARCHAR(64)${collate};

CREATE UNIQUE INDEX broadcasty_audit_logs_chain ON broadcasty_audit_logs (tenant_id, chain_no);
CREATE INDEX broadcasty_audit_logs_actor ON broadcasty_audit_logs (tenant_id, actor_id, created_at);
CREATE INDEX broadcasty_audit_logs_actor_ref ON broadcasty_audit_logs (actor_ref);
CREATE INDEX broadcasty_audit_logs_target_ref ON broadcasty_audit_logs (target_ref);

-- The last entry of each chain, and the last one that retention has removed (0 and an empty hash for none).
-- start_id: entries with a greater id that are in no chain were not written by this release.
CREATE TABLE broadcasty_audit_heads (
  tenant_id VARCHAR(64)${collate} NOT NULL PRIMARY KEY,
  head_no BIGINT NOT NULL,
  head_hash VARCHAR(64)${collate} NOT NULL,
  anchor_no BIGINT NOT NULL,
  anchor_hash VARCHAR(64)${collate} NOT NULL,
  start_id BIGINT NOT NULL
)${table_options};

-- The salt of each person whom the audit log names; its end makes their hashes unreadable. erasing: empty, or the
-- ref while the entries of the person are being pseudonymised.
CREATE TABLE broadcasty_audit_users (
  ref VARCHAR(32)${collate} NOT NULL PRIMARY KEY,
  user_tenant VARCHAR(64)${collate} NOT NULL,
  user_id VARCHAR(200)${collate} NOT NULL,
  erasing VARCHAR(32)${collate} NOT NULL,
  salt VARCHAR(64)${collate} NOT NULL,
  created_at BIGINT NOT NULL
)${table_options};

CREATE UNIQUE INDEX broadcasty_audit_users_user ON broadcasty_audit_users (user_tenant, user_id, erasing);
