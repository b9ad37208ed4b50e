-- The orders, as analysts read them (columns) and as readers get them (document: the JSON text that was sent).
CREATE TABLE orders (
  order_uid              text COLLATE "C" PRIMARY KEY,
  track_number           text NOT NULL,
  entry                  text NOT NULL,
  delivery_name          text NOT NULL,
  delivery_phone         text NOT NULL,
  delivery_zip           text NOT NULL,
  delivery_city          text NOT NULL,
  delivery_address       text NOT NULL,
  delivery_region        text NOT NULL,
  delivery_email         text NOT NULL,
  payment_transaction    text NOT NULL,
  payment_request_id     text NOT NULL,
  payment_currency       text NOT NULL,
  payment_provider       text NOT NULL,
  payment_amount         bigint NOT NULL,
  payment_dt             bigint NOT NULL, -- Unix seconds
  payment_bank           text NOT NULL,
  payment_delivery_cost  bigint NOT NULL,
  payment_goods_total    bigint NOT NULL,
  payment_custom_fee     bigint NOT NULL,
  locale                 text NOT NULL,
  internal_signature     text NOT NULL,
  customer_id            text NOT NULL,
  delivery_service       text NOT NULL,
  shardkey               text NOT NULL,
  sm_id                  bigint NOT NULL,
  date_created           timestamptz NOT NULL,
  oof_shard              text NOT NULL,
  document               text NOT NULL,
  -- When this version was received; each order of an instance has its own microsecond, so that it is an order.
  received_at            timestamptz NOT NULL,
  -- The record that this version came in.
  kafka_partition        integer NOT NULL,
  kafka_offset           bigint NOT NULL,
  kafka_timestamp        timestamptz NOT NULL
);

-- A usual order is under 8 kB and is read whole: kept in its page, uncompressed.
ALTER TABLE orders SET (toast_tuple_target = 8160);

CREATE INDEX orders_received_at ON orders (received_at, order_uid);

-- No foreign key to orders: both tables are written in one transaction by one statement's author, and the check
-- of a key for each row is a good part of the price of an insert (docs/decisions/0004-no-foreign-key.md).
CREATE TABLE order_items (
  order_uid     text COLLATE "C" NOT NULL,
  position      integer NOT NULL, -- from 0, as in the document
  chrt_id       bigint NOT NULL,
  track_number  text NOT NULL,
  price         bigint NOT NULL,
  rid           text NOT NULL,
  name          text NOT NULL,
  sale          bigint NOT NULL,
  size          text NOT NULL,
  total_price   bigint NOT NULL,
  nm_id         bigint NOT NULL,
  brand         text NOT NULL,
  status        bigint NOT NULL,
  PRIMARY KEY (order_uid, position)
);

-- The fence: the next offset to apply. A batch locks the rows of its partitions and skips what is below.
CREATE TABLE applied_offsets (
  topic_id     uuid NOT NULL,
  partition    integer NOT NULL,
  next_offset  bigint NOT NULL,
  topic        text NOT NULL,
  PRIMARY KEY (topic_id, partition)
);

-- The records that are no orders, with the original bytes and what is wrong with them.
CREATE TABLE dead_letters (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic             text NOT NULL,
  topic_id          uuid NOT NULL,
  partition         integer NOT NULL,
  "offset"          bigint NOT NULL,
  record_timestamp  timestamptz NOT NULL,
  key               bytea,
  value             bytea,
  headers           json NOT NULL, -- [{"key": text, "value": base64 or null}, ...] in the order of the record
  code              text NOT NULL,
  reason            text NOT NULL,
  errors            json NOT NULL, -- [{"path": JSON Pointer, "message": text}, ...]
  created_at        timestamptz NOT NULL DEFAULT now(),
  UNIQUE (topic_id, partition, "offset")
);
