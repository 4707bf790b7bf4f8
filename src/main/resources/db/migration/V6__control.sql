-- What nodes that share the database tell each other, in the order of its numbers. message_id: random,
-- and told to the nodes once; message: JSON. The newest row stays, whatever its age.
CREATE TABLE broadcasty_control (
  number ${identity} PRIMARY KEY,
  message_id VARCHAR(36)${collate} NOT NULL,
  message TEXT NOT NULL,
  created_at BIGINT NOT NULL
)${table_options};
