/**
 * `COPY … FROM STDIN` as a query of pg, for one buffer that is there as a whole.
 *
 * Not a stream: one that has failed can fail again (its time is up, then its connection breaks), and an error that
 * nobody listens to any more would end the process.
 */
import type pg from 'pg';

/** Sends `rows` (a whole COPY in binary) to a `COPY … FROM STDIN` statement. */
export function copy(client: pg.ClientBase, statement: string, rows: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyQuery(statement, rows, (error) => (error ? reject(error) : resolve())));
  });
}

const copyData = 0x64;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY */
class CopyQuery implements pg.Submittable {
  readonly #statement: string;
  readonly #rows: Buffer;
  #failed = false;
  /** pg puts its time limit around it. */
  callback: (error?: Error | null) => void;

  constructor(statement: string, rows: Buffer, callback: (error?: Error | null) => void) {
    this.#statement = statement;
    this.#rows = rows;
    this.callback = callback;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#statement);
  }

  handleCopyInResponse({ stream }: pg.Connection): void {
    // The server was asked long ago, and the connection is being closed.
    if (this.#failed) return;
    const head = Buffer.alloc(5);
    head.writeUInt8(copyData);
    head.writeUInt32BE(4 + this.#rows.length, 1);
    stream.cork();
    stream.write(head);
    stream.write(this.#rows);
    stream.write(copyDone);
    stream.uncork();
  }

  handleCommandComplete(): void {
    // `ReadyForQuery` follows.
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  handleError(error: Error): void {
    this.#failed = true;
    this.callback(error);
  }
}
