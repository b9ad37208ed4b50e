/**
 * Where each value of a JSON text stands, by its JSON Pointer (RFC 6901): so that an error can be shown at its
 * place. The text is half typed most of the time; what comes before the first mistake is placed all the same.
 */
export type Place = { start: number; end: number };

export type Places = Map<string, Place>;

/** Deeper than this nothing is placed: an error there is shown at what holds it. */
const deepest = 500;

export function placesIn(text: string): Places {
  const places: Places = new Map();
  try {
    new Scanner(text, places).value('', 0);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  return places;
}

/** The place of what `pointer` names, or of the nearest that holds it when it is missing. */
export function placeOf(places: Places, pointer: string): Place | undefined {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = places.get(at);
    // Of a whole object only its first bracket: a mark over everything says nothing.
    if (found !== undefined) return at === pointer ? found : { start: found.start, end: found.start + 1 };
    if (at === '') return undefined;
  }
}

/** From 1. */
export function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

class Unreadable extends Error {}

class Scanner {
  readonly #text: string;
  readonly #places: Places;
  #at = 0;

  constructor(text: string, places: Places) {
    this.#text = text;
    this.#places = places;
  }

  value(pointer: string, depth: number): void {
    if (depth > deepest) throw new Unreadable();
    this.#space();
    const start = this.#at;
    // Known from its beginning on: what it holds may be broken.
    this.#places.set(pointer, { start, end: Math.min(start + 1, this.#text.length) });
    if (this.#text[start] === '{') this.#members('}', () => this.#member(pointer, depth));
    else if (this.#text[start] === '[')
      this.#members(']', (index) => this.value(`${pointer}/${index}`, depth + 1));
    else this.#take(/"(?:[^"\\]|\\.)*"|[-\d][\d.eE+-]*|true|false|null/y);
    this.#places.set(pointer, { start, end: this.#at });
  }

  #member(pointer: string, depth: number): void {
    this.#space();
    const key = this.#take(/"(?:[^"\\]|\\.)*"/y);
    this.#space();
    this.#take(/:/y);
    const name = unquote(key).replaceAll('~', '~0').replaceAll('/', '~1');
    this.value(`${pointer}/${name}`, depth + 1);
  }

  #members(close: string, one: (index: number) => void): void {
    this.#at++;
    this.#space();
    for (let index = 0; this.#text[this.#at] !== close; index++) {
      if (index > 0) this.#take(/,/y);
      one(index);
      this.#space();
    }
    this.#at++;
  }

  #space(): void {
    this.#take(/[ \t\r\n]*/y);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new Unreadable();
    this.#at += found.length;
    return found;
  }
}

function unquote(key: string): string {
  try {
    return JSON.parse(key) as string;
  } catch {
    throw new Unreadable();
  }
}
