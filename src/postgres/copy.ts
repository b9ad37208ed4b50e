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

/** Longer strings are written by Node; for shorter ones a call out of JavaScript costs more than the copy. */
const shortString = 48;

export class CopyRows {
  #buffer: Buffer;
  #view: DataView;
  #length: number;
  #lastUuid = { text: '', bytes: Buffer.alloc(0) };

  /** `size` is the first guess at the bytes of all rows; the buffer grows when it is too small. */
  constructor(size = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(size, 64));
    this.#view = new DataView(this.#buffer.buffer);
    this.#length = signature.copy(this.#buffer);
    this.#int32(0); // flags
    this.#int32(0); // length of the header extension
  }

  /** Starts a row; as many fields must follow as are announced. */
  row(fields: number): void {
    this.#reserve(2);
    this.#view.setInt16(this.#length, fields);
    this.#length += 2;
  }

  text(value: string): void {
    // A UTF-16 code unit takes at most three bytes in UTF-8.
    this.#reserve(4 + value.length * 3);
    const start = this.#length + 4;
    const written = this.#writeAscii(value, start) ?? this.#buffer.write(value, start, 'utf8');
    this.#int32(written);
    this.#length += written;
  }

  /** Bytes as they are: a `bytea`, or the UTF-8 of a `text`. */
  bytes(value: Buffer | null): void {
    this.#reserve(4 + (value?.length ?? 0));
    this.#int32(value?.length ?? -1);
    if (value) this.#length += value.copy(this.#buffer, this.#length);
  }

  int4(value: number): void {
    this.#reserve(8);
    this.#int32(4);
    this.#int32(value);
  }

  /** A safe integer from 0. */
  int8(value: number): void {
    this.#reserve(12);
    this.#int32(8);
    this.#int32(Math.floor(value / 0x1_0000_0000));
    this.#int32(value);
  }

  bigint(value: bigint): void {
    this.#reserve(12);
    this.#int32(8);
    this.#view.setBigInt64(this.#length, value);
    this.#length += 8;
  }

  /** A `timestamptz`, from microseconds since 1970. */
  instant(micros: bigint): void {
    this.bigint(micros - postgresEpochMicros);
  }

  uuid(value: string): void {
    // Usually that of the row before: the id of the topic.
    if (value !== this.#lastUuid.text) {
      this.#lastUuid = { text: value, bytes: Buffer.from(value.replaceAll('-', ''), 'hex') };
    }
    this.bytes(this.#lastUuid.bytes);
  }

  /** The whole of it with its trailer; nothing can be added after that. */
  finish(): Buffer {
    this.row(-1);
    return this.#buffer.subarray(0, this.#length);
  }

  /** Modulo 2^32, as a DataView takes it. The room must be reserved. */
  #int32(value: number): void {
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  #writeAscii(value: string, start: number): number | undefined {
    const { length } = value;
    if (length > shortString) return undefined;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return undefined;
      this.#buffer[start + index] = code;
    }
    return length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}
