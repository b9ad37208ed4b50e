/**
 * `COPY … FROM STDIN` as a statement of pg, for one buffer that is there as a whole.
 *
 * Not a stream: one that has failed can fail again (its time is up, then its connection breaks), and an error that
 * nobody listens to any more would end the process.
 */
import pg from 'pg';

/** What pg sends to the database. */
export type Statement = pg.QueryConfig | CopyRowsInto;

const copyData = 0x64;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

/** A `COPY … FROM STDIN (FORMAT binary)` statement with `rows`, all that it is to be given. */
export class CopyRowsInto {
  readonly text: string;
  readonly rows: Buffer;

  constructor(text: string, rows: Buffer) {
    this.text = text;
    this.rows = rows;
  }
}

/** Sends a statement behind those that are under way. Rejects with the database's error. */
export function send(client: pg.ClientBase, statement: Statement): Promise<unknown> {
  if (!(statement instanceof CopyRowsInto)) return client.query(statement);
  return new Promise<void>((resolve, reject) => {
    client.query(new CopyQuery(statement, (error) => (error ? reject(error) : resolve())));
  });
}

/**
 * The rows go right behind the statement, not after the server's word that it takes them: when it refuses the
 * statement it drops them (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY).
 */
class CopyQuery extends pg.Query {
  readonly #statement: CopyRowsInto;

  constructor(statement: CopyRowsInto, callback: (error?: Error | null) => void) {
    super(statement.text, undefined, callback);
    this.#statement = statement;
  }

  override submit = (connection: pg.Connection): void => {
    const { stream } = connection;
    const { text, rows } = this.#statement;
    const head = Buffer.alloc(5);
    head.writeUInt8(copyData);
    head.writeUInt32BE(4 + rows.length, 1);
    stream.cork();
    connection.query(text);
    stream.write(head);
    stream.write(rows);
    stream.write(copyDone);
    stream.uncork();
  };

  handleCopyInResponse(): void {
    // The rows are on their way already.
  }
}
