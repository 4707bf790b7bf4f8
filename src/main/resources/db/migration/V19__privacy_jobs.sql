-- Jobs that export or erase what is kept of a user. user_id: null once the user is erased. channels: lines. state:
-- waiting, running, done or failed. area and area_cursor: where the next part begins. counts: an area and a number in
-- each line. owner and lease_until: the node that works on it, until when nobody else does. Times in milliseconds.
CREATE TABLE broadcasty_privacy_jobs (
  job_id VARCHAR(32)${collate} NOT NULL PRIMARY KEY,
  tenant_id VARCHAR(64)${collate} NOT NULL,
  user_id VARCHAR(1000)${collate},
  channels ${bytes} NOT NULL,
  kind VARCHAR(16)${collate} NOT NULL,
  state VARCHAR(16)${collate} NOT NULL,
  area VARCHAR(32)${collate},
  area_cursor VARCHAR(1000)${collate},
  pass INT NOT NULL,
  found BIGINT NOT NULL,
  counts VARCHAR(2000)${collate} NOT NULL,
  bytes BIGINT NOT NULL,
  problem VARCHAR(500)${collate},
  not_before BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  owner VARCHAR(64)${collate},
  lease_until BIGINT NOT NULL
)${table_options};
CREATE INDEX broadcasty_privacy_jobs_tenant ON broadcasty_privacy_jobs (tenant_id, job_id);
CREATE INDEX broadcasty_privacy_jobs_state ON broadcasty_privacy_jobs (state, updated_at);

-- What a job has exported: lines of JSON, in the order of chunk_no.
CREATE TABLE broadcasty_privacy_exports (
  job_id VARCHAR(32)${collate} NOT NULL,
  chunk_no BIGINT NOT NULL,
  data ${bytes} NOT NULL,
  PRIMARY KEY (job_id, chunk_no)
)${table_options};
