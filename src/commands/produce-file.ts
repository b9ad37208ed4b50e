/** The records in a file for `produce --file`. */

/** The bytes of a record as they stand in the file, and its `order_uid`, `null` where none can be read. */
export interface FileRecord {
  key: string | null;
  value: Buffer;
}

/**
 * Takes the records out of a file, byte for byte: the elements of a JSON array, or the lines of NDJSON, blank ones
 * left out. Anything else is one record, also what is not JSON: a bad record is worth sending too.
 */
export function recordsOf(file: Buffer): FileRecord[] {
  const whole = parse(file);
  const values = Array.isArray(whole) ? elementsOf(file) : whole === undefined ? linesOf(file) : [file];
  return values.filter((value) => !isBlank(value)).map((value) => ({ key: orderUidOf(value), value }));
}

function linesOf(file: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < file.length;) {
    const end = file.indexOf('\n', start);
    const line = file.subarray(start, end < 0 ? file.length : end);
    lines.push(line.at(-1) === carriageReturn ? line.subarray(0, -1) : line);
    start = end < 0 ? file.length : end + 1;
  }
  return lines.some((line) => orderUidOf(line) !== null) ? lines : [file];
}

/** Not JSON.parse and JSON.stringify, because that would change the numbers that JavaScript cannot hold. */
function elementsOf(array: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < array.length; at++) {
    const character = String.fromCharCode(array[at]!);
    if (character === '"') at = endOfString(array, at);
    else if (character === '[' || character === '{') {
      depth++;
      if (depth === 1) start = at + 1;
    } else if (character === ']' || character === '}' || character === ',') {
      if (depth === 1) {
        elements.push(trimmed(array.subarray(start, at)));
        start = at + 1;
      }
      if (character !== ',') depth--;
    }
  }
  return elements;
}

function endOfString(json: Buffer, quote: number): number {
  let at = quote + 1;
  while (json[at] !== 0x22) at += json[at] === 0x5c ? 2 : 1;
  return at;
}

const carriageReturn = 0x0d;
const whiteSpace = new Set([0x20, 0x09, 0x0a, carriageReturn]);

function trimmed(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && whiteSpace.has(bytes[start]!)) start++;
  while (end > start && whiteSpace.has(bytes[end - 1]!)) end--;
  return bytes.subarray(start, end);
}

function isBlank(bytes: Buffer): boolean {
  return trimmed(bytes).length === 0;
}

function orderUidOf(value: Buffer): string | null {
  const parsed = parse(value);
  const uid =
    typeof parsed === 'object' && parsed !== null && 'order_uid' in parsed ? parsed.order_uid : null;
  return typeof uid === 'string' ? uid : null;
}

const utf8 = new TextDecoder(); // leaves out a byte-order mark

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}
