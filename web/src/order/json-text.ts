/** JSON as text again, with numbers in the sender's spelling. */
import { NumberText, type Json } from './document.ts';

/** On one line. JSON.stringify would quote the numbers, and it recurses: a sender may nest thousands of levels. */
export function jsonLine(value: Json): string {
  try {
    return writeLine(value);
  } catch {
    return '…';
  }
}

/** Indented; `undefined` when it is nested too deeply for that. */
export function jsonLines(value: Json): string | undefined {
  try {
    return writeLines(value, '');
  } catch {
    return undefined;
  }
}

function writeLine(value: Json): string {
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeLine).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, value]) => `${JSON.stringify(key)}: ${writeLine(value)}`);
  return `{${members.join(', ')}}`;
}

function writeLines(value: Json, indent: string): string {
  if (value === null || typeof value !== 'object' || value instanceof NumberText) return writeLine(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const members = isList
    ? value.map((member) => inner + writeLines(member, inner))
    : Object.entries(value).map(
        ([key, member]) => `${inner}${JSON.stringify(key)}: ${writeLines(member, inner)}`,
      );
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  return members.length === 0 ? open + close : `${open}\n${members.join(',\n')}\n${indent}${close}`;
}
