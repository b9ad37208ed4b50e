import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode, type RejectionCode } from '../../src/core/decode.ts';

const rejected: [what: string, value: Buffer | null, code: RejectionCode][] = [
  ['no value', null, 'no_value'],
  ['an empty value', Buffer.alloc(0), 'empty'],
  ['only a byte-order mark', Buffer.from([0xef, 0xbb, 0xbf]), 'empty'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'not_utf8'],
  ['UTF-16', Buffer.from('{}', 'utf16le').fill(0xd8, 1, 2), 'not_utf8'],
  ['a word', Buffer.from('hello'), 'not_json'],
  ['JSON that ends too early', Buffer.from('{"order_uid": "a'), 'not_json'],
  ['white space', Buffer.from(' \n'), 'not_json'],
  ['null', Buffer.from('null'), 'null'],
  ['an array', Buffer.from('[{}]'), 'not_an_object'],
  ['a string', Buffer.from('"{}"'), 'not_an_object'],
  ['a number', Buffer.from('1817'), 'not_an_object'],
];

for (const [what, value, code] of rejected) {
  test(`${what} is rejected as ${code}, with a reason`, () => {
    const decoded = decode(value);
    assert.ok(!decoded.ok);
    assert.equal(decoded.rejection.code, code);
    assert.match(decoded.rejection.reason, /\w+ .*\.$/);
    assert.deepEqual(decoded.rejection.errors, [{ path: '', message: decoded.rejection.reason }]);
  });
}

test('a byte-order mark is not part of the document', () => {
  const decoded = decode(Buffer.from('\ufeff{"a":1}'));
  assert.ok(decoded.ok);
  assert.equal(decoded.document.toString(), '{"a":1}');
});

test('the reason of malformed JSON tells the position and quotes nothing', () => {
  const decoded = decode(Buffer.from('{"delivery":{"phone":"+9720000000"} "email":"test@gmail.com"}'));
  assert.ok(!decoded.ok);
  assert.match(decoded.rejection.reason, /position 36/);
  assert.doesNotMatch(decoded.rejection.reason, /972|gmail/);
});

test('the document is byte for byte what was sent, and any bytes get a verdict', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const decoded = decode(Buffer.from(json));
      if (decoded.ok) assert.equal(decoded.document.toString(), json);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const decoded = decode(Buffer.from(bytes));
      assert.ok(decoded.ok || decoded.rejection.reason.length > 0);
    }),
  );
});
