/**
 * A consumer of one topic that hands on no record of an aborted transaction, and knows where the log starts.
 *
 * The library leaves some in: when one fetch holds two aborted transactions of a producer it drops only the last,
 * and when the end of one is not in the same fetch it drops nothing of it. Here it is done as Kafka's own client
 * does it. The batches stay, emptied, because the library moves on by what it finds in the last one.
 */
import { Consumer, type CallbackWithPromise, type FetchOptions } from '@platformatic/kafka';

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
type Partition = FetchResponse['responses'][number]['partitions'][number];
type Batch = NonNullable<Partition['records']>[number];
type Options = FetchOptions<Buffer, Buffer, Buffer, Buffer>;

/** Bits of a batch's attributes (https://kafka.apache.org/documentation/#recordbatch). */
const isTransactional = 1 << 4;
const isControl = 1 << 5;

/** The type in the key of a control record, after its version. */
const abort = 0;

export class ReadCommittedConsumer extends Consumer<Buffer, Buffer, Buffer, Buffer> {
  /** The first offset that the broker still holds of each partition, as of the last fetch. */
  readonly logStart = new Map<number, bigint>();

  /** Called by the library for each fetch of a stream. */
  override fetch(options: Options, callback: CallbackWithPromise<FetchResponse>): void;
  override fetch(options: Options): Promise<FetchResponse>;
  override fetch(
    options: Options,
    callback?: CallbackWithPromise<FetchResponse>,
  ): Promise<FetchResponse> | void {
    if (!callback) return super.fetch(options).then((response) => this.#fetched(response));
    super.fetch(options, (error, response) => callback(error, response && this.#fetched(response)));
  }

  #fetched(response: FetchResponse): FetchResponse {
    for (const { partitions } of response.responses) {
      for (const partition of partitions) {
        dropAborted(partition);
        if (partition.logStartOffset >= 0n)
          this.logStart.set(partition.partitionIndex, partition.logStartOffset);
      }
    }
    return response;
  }
}

/** Empties the batches of aborted transactions. */
export function dropAborted({
  records,
  abortedTransactions,
}: Pick<Partition, 'records' | 'abortedTransactions'>): void {
  if (!records || !abortedTransactions?.length) return;
  const waiting = abortedTransactions.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<bigint>();
  for (const batch of records) {
    const lastOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (waiting[0] && waiting[0].firstOffset <= lastOffset) aborting.add(waiting.shift()!.producerId);
    if (batch.attributes & isControl) {
      if (isAbort(batch)) aborting.delete(batch.producerId);
    } else if (batch.attributes & isTransactional && aborting.has(batch.producerId)) {
      batch.records = [];
    }
  }
}

function isAbort({ records: [marker] }: Batch): boolean {
  return marker?.key?.readInt16BE(2) === abort;
}
