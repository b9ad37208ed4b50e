/**
 * Rows for `COPY … FROM STDIN (FORMAT binary)`, written straight into one buffer.
 *
 * COPY in binary is the cheapest way into PostgreSQL: no text to escape here and none to parse there. The
 * format is that of https://www.postgresql.org/docs/current/sql-copy.html ("Binary Format"): all integers
 * big-endian, each field its length and its bytes, -1 for NULL.
 */
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');

/** PostgreSQL counts time from 2000-01-01; this is that instant in microseconds since 1970. */
const postgresEpochMicros = 946_684_800_000_000n;

export class CopyRows {
  #buffer: Buffer;
  #length: number;
  #rows = 0;

  /** `size` is the first guess at the bytes of all rows; the buffer grows when it is too small. */
  constructor(size = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafe(Math.max(size, 64));
    this.#length = signature.copy(this.#buffer);
    this.#length = this.#buffer.writeInt32BE(0, this.#length); // flags
    this.#length = this.#buffer.writeInt32BE(0, this.#length); // length of the header extension
  }

  get rows(): number {
    return this.#rows;
  }

  /** Starts a row; as many fields must follow as are announced. */
  row(fields: number): void {
    this.#rows++;
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(fields, this.#length);
  }

  text(value: string): void {
    // A UTF-16 code unit takes at most three bytes in UTF-8.
    this.#reserve(4 + value.length * 3);
    const written = this.#buffer.write(value, this.#length + 4, 'utf8');
    this.#buffer.writeInt32BE(written, this.#length);
    this.#length += 4 + written;
  }

  /** Bytes as they are: a `bytea`, or the UTF-8 of a `text`. */
  bytes(value: Buffer | null): void {
    if (value === null) return this.#null();
    this.#reserve(4 + value.length);
    this.#length = this.#buffer.writeInt32BE(value.length, this.#length);
    this.#length += value.copy(this.#buffer, this.#length);
  }

  int4(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeInt32BE(4, this.#length);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
  }

  /** A safe integer from 0. */
  int8(value: number): void {
    this.#reserve(12);
    this.#length = this.#buffer.writeInt32BE(8, this.#length);
    this.#length = this.#buffer.writeUInt32BE(Math.floor(value / 0x1_0000_0000), this.#length);
    this.#length = this.#buffer.writeUInt32BE(value >>> 0, this.#length);
  }

  bigint(value: bigint): void {
    this.#reserve(12);
    this.#length = this.#buffer.writeInt32BE(8, this.#length);
    this.#length = this.#buffer.writeBigInt64BE(value, this.#length);
  }

  /** A `timestamptz`, from microseconds since 1970. */
  instant(micros: bigint): void {
    this.bigint(micros - postgresEpochMicros);
  }

  uuid(value: string): void {
    this.bytes(Buffer.from(value.replaceAll('-', ''), 'hex'));
  }

  /** The whole of it with its trailer; nothing can be added after that. */
  finish(): Buffer {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(-1, this.#length);
    return this.#buffer.subarray(0, this.#length);
  }

  #null(): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeInt32BE(-1, this.#length);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
