/** The ports to the database: what ingest and readers need of it. */
import type { Rejection } from './decode.ts';
import type { Entry, Outcome } from './record.ts';

/** An order as it is served: the bytes that were sent. */
export interface StoredOrder {
  order_uid: string;
  document: Buffer;
}

/** What became of a batch; returned only once it is committed. */
export interface Applied {
  /** One for each entry, in order. */
  outcomes: Outcome[];
  /** What may be committed to Kafka. */
  next: NextOffsets;
  /** Offsets that were passed over, since no record came for them. */
  gaps: Gap[];
}

/**
 * Offsets between two records of a partition that came one after the other. Compaction and the marks of
 * transactions make such gaps; a broker that has deleted records makes them too.
 */
export interface Gap {
  partition: number;
  /** The first offset of the gap. */
  from: bigint;
  /** The offset behind its last. */
  to: bigint;
}

/** The next offset to apply, by partition of one topic. */
export interface NextOffsets {
  topicId: string;
  offsets: Map<number, bigint>;
}

/** The way in, for batches. */
export interface OrderStore {
  /**
   * Stores a batch in one transaction: orders, dead letters and the fence (I2, I3, I4). The entries are in the
   * order in which their partitions hold them, and of one topic. `reached` is how far the fence has been moved before:
   * the database must not be behind it.
   *
   * @throws {DataFault} the database refuses a value of the batch; nothing was stored
   * @throws {DatabaseWentBack} the fence is behind `reached`; nothing was stored
   * @throws {Error} any other fault, of the infrastructure; whether the batch was stored is unknown
   */
  apply(batch: Entry[], reached?: NextOffsets): Promise<Applied>;

  /**
   * The fence of a topic: the next offset to apply of each partition, none of a partition that nothing was applied
   * of. Throws when the database does not answer.
   */
  fence(topicId: string): Promise<Map<number, bigint>>;
}

/** What readers are shown; all of it has been committed (I1). */
export interface OrderReader {
  /** The newest committed version of an order. Throws when the database does not answer. */
  find(orderUid: string): Promise<StoredOrder | undefined>;

  /** The orders received last, newest first. Throws when the database does not answer. */
  newest(limit: number): Promise<StoredOrder[]>;

  /** A page of the orders, newest first. Throws when the database does not answer. */
  list(listing: OrderListing): Promise<OrderSummary[]>;
}

/** Which orders are listed: those for which all that is given holds. */
export interface OrderListing {
  limit: number;
  /** Only those received before: the page after one that ended there. */
  before?: OrderCursor | undefined;
  /** Only those received after. */
  after?: OrderCursor | undefined;
  track_number?: string | undefined;
  customer_id?: string | undefined;
}

/** Where an order stands among all: by the time of its receipt, then by its id. */
export interface OrderCursor {
  /** Microseconds since 1970. */
  receivedAt: bigint;
  order_uid: string;
}

/** What a list shows of an order: nothing of the person but the id. */
export interface OrderSummary {
  order_uid: string;
  track_number: string;
  customer_id: string;
  /** RFC 3339 in UTC. */
  date_created: string;
  amount: number;
  currency: string;
  items: number;
  /** Microseconds since 1970. */
  receivedAt: bigint;
}

/** The database refuses the data itself (SQLSTATE 22xxx, 23xxx): trying again would not help. */
export class DataFault extends Error {
  override readonly name = 'DataFault';
}

/**
 * The database has lost what it had committed, as by a failover to a replica that lagged behind. To store a batch now
 * would move the fence past what is missing.
 */
export class DatabaseWentBack extends Error {
  override readonly name = 'DatabaseWentBack';

  constructor() {
    super('The database is behind what it had stored before.');
  }
}

/** A refusal of the database as the reason why a record is no order. */
export function refusal(fault: DataFault): Rejection {
  const reason = `The database refuses the order: ${fault.message}`;
  return { code: 'refused_by_database', reason, errors: [{ path: '', message: reason }] };
}
