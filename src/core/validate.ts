/** A JSON object to an order; the second half of deciding whether a record is one. */
import { Ajv, type ErrorObject } from 'ajv';
import type { FieldError, Rejection } from './decode.ts';
import { parseInstant } from './instant.ts';
import { Order } from './order.ts';

export type Validated = { ok: true; order: Order } | { ok: false; rejection: Rejection };

export interface ValidateOptions {
  /** Reject an order whose `amount` is not `goods_total` + `delivery_cost` + `custom_fee`. */
  checkTotals: boolean;
}

const noNul = (value: string) => value.isWellFormed() && !value.includes('\0');

/** The formats that the schema of the order names. */
export const formats: Record<string, (value: string) => boolean> = {
  text: noNul,
  'not-blank': (value) => noNul(value) && value.trim() !== '',
  phone: (value) => /^[ ()[\]-]*\+?[\d ()[\]-]*$/.test(value) && /\d/.test(value),
  'address-with-at': (value) => noNul(value) && value.includes('@'),
  instant: (value) => parseInstant(value) !== undefined,
};

const ajv = new Ajv({ allErrors: true, strict: true, unicode: false, logger: false, formats });
const matches = ajv.compile<Order>(Order);

/**
 * Validates a decoded record. Names every error with its path, at once. `text` is the JSON text that
 * `value` was parsed from: only there a number that JSON.parse rounded can still be seen. Never throws.
 */
export function validate(value: Record<string, unknown>, text: string, options: ValidateOptions): Validated {
  const errors = matches(value) ? [] : (matches.errors ?? []).map(describe);
  if (mayHoldInexactInteger.test(text)) errors.push(...inexactIntegers(text));
  if (errors.length === 0 && options.checkTotals) errors.push(...wrongTotals(value as unknown as Order));
  if (errors.length === 0) return { ok: true, order: value as unknown as Order };
  return { ok: false, rejection: { code: 'invalid', reason: summarise(errors), errors } };
}

const maxErrorsInReason = 5;

function summarise(errors: FieldError[]): string {
  const shown = errors
    .slice(0, maxErrorsInReason)
    .map(({ path, message }) => `${path || 'order'} ${message}`);
  const more = errors.length - shown.length;
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

const formatMessages: Record<string, string> = {
  text: 'must be well-formed Unicode without NUL',
  'not-blank': 'must not be blank, and well-formed Unicode without NUL',
  phone: 'must be a phone number: digits, with an optional +, spaces, brackets and dashes',
  'address-with-at': 'must contain @, and be well-formed Unicode without NUL',
  instant: 'must be an RFC 3339 date and time with a time zone and a year from 1970 to 9999',
};

function describe(error: ErrorObject): FieldError {
  const { keyword, instancePath, params } = error;
  switch (keyword) {
    case 'required':
      return { path: `${instancePath}/${params['missingProperty']}`, message: 'is missing' };
    case 'format':
      return {
        path: instancePath,
        message: formatMessages[params['format'] as string] ?? 'has a wrong format',
      };
    case 'minLength':
      return { path: instancePath, message: 'must not be empty' };
    case 'minItems':
      return { path: instancePath, message: 'must have at least one item' };
    default:
      return { path: instancePath, message: error.message ?? 'is invalid' };
  }
}

/** A member whose number has a fraction or an exponent: cheap to look for, rare, and then looked at closely. */
const mayHoldInexactInteger = /":\s*-?\d+[.eE]/;

const integerFields = {
  order: new Set(['sm_id']),
  payment: new Set(['amount', 'payment_dt', 'delivery_cost', 'goods_total', 'custom_fee']),
  item: new Set(['chrt_id', 'price', 'sale', 'total_price', 'nm_id', 'status']),
};

/**
 * The integers of the model that are not written as one. `1e3` and `1.0` are numbers with an exponent and a
 * fraction (RFC 8259, section 6), and 1.0000000000000000001 would be rounded to 1 without a word.
 */
function inexactIntegers(text: string): FieldError[] {
  let sources: Record<string, unknown>;
  try {
    sources = JSON.parse(text, withSource) as Record<string, unknown>;
  } catch {
    return [{ path: '', message: 'is nested too deeply to check its numbers' }];
  }
  const errors: FieldError[] = [];
  const check = (path: string, holder: unknown, fields: Set<string>) => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const field of fields) {
      const found = (holder as Record<string, unknown>)[field];
      if (typeof found !== 'object' || found === null || !('source' in found)) continue;
      const { number, source } = found as { number: number; source: string };
      if (Number.isInteger(number) && /[.eE]/.test(source)) {
        errors.push({
          path: `${path}/${field}`,
          message: 'must be written as an integer, without fraction or exponent',
        });
      }
    }
  };
  check('', sources, integerFields.order);
  check('/payment', sources['payment'], integerFields.payment);
  const items = sources['items'];
  if (Array.isArray(items))
    items.forEach((item, index) => check(`/items/${index}`, item, integerFields.item));
  return errors;
}

/** A reviver that keeps how each number was written (ECMA-262, JSON.parse source text access). */
function withSource(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? { number: value, source: context?.source ?? '' } : value;
}

function wrongTotals({ payment }: Order): FieldError[] {
  const sum = BigInt(payment.goods_total) + BigInt(payment.delivery_cost) + BigInt(payment.custom_fee);
  if (BigInt(payment.amount) === sum) return [];
  return [{ path: '/payment/amount', message: 'must be goods_total + delivery_cost + custom_fee' }];
}
