import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, isMaskable, type NamedValue } from './index.ts';
import { createMask, maskedLogger } from './mask.ts';
import { needlesOf } from './needles.ts';

const password = 'Zürich & "27"/ßé+~x';
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** The text through a stream, cut after the given numbers of bytes (the last piece is the rest). */
function streamed(secrets: readonly NamedValue[], text: string | Uint8Array, cuts: readonly number[]): string {
  const redactor = createRedactor({ secrets });
  const bytes = typeof text === 'string' ? bytesOf(text) : text;
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const length of cuts) {
    parts.push(redactor.push(bytes.subarray(at, at + length)));
    at += length;
  }
  parts.push(redactor.push(bytes.subarray(at)), redactor.end());
  return Buffer.concat(parts).toString();
}

/** The slow model of the first layer: marks every byte of every occurrence of every needle, then names each run of overlapping ones. */
function modelled(secrets: readonly NamedValue[], text: string): string {
  const bytes = Buffer.from(text);
  const hits: { from: number; to: number; owner: number }[] = [];
  for (const [owner, { value }] of secrets.entries()) for (const needle of needlesOf(value)) for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) hits.push({ from: at, to: at + needle.length, owner });
  hits.sort((one, other) => one.from - other.from || other.to - one.to || one.owner - other.owner);
  let out = '';
  let done = 0;
  for (let index = 0; index < hits.length; ) {
    const first = hits[index] as (typeof hits)[number];
    let { to } = first;
    let longest = first;
    for (index += 1; index < hits.length && (hits[index] as typeof first).from < to; index += 1) {
      const hit = hits[index] as typeof first;
      to = Math.max(to, hit.to);
      if (hit.to - hit.from > longest.to - longest.from) longest = hit;
    }
    out += `${bytes.subarray(done, first.from).toString()}[secret:${secrets[longest.owner]?.name}]`;
    done = to;
  }
  return out + bytes.subarray(done).toString();
}

describe('a secret in a text', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const forms: Record<string, string> = {
    'as it is': password,
    'in JSON': JSON.stringify({ password }),
    'in JSON of only ASCII': '"Z\\u00fcrich & \\"27\\"/\\u00df\\u00e9+~x"',
    'in JSON with escaped slashes': JSON.stringify(password).replaceAll('/', '\\/'),
    'in an address': `https://x/?p=${encodeURIComponent(password)}`,
    'in a form': new URLSearchParams({ password }).toString(),
    'in an address in lower case': encodeURIComponent(password).replaceAll(/%../g, (code) => code.toLowerCase()),
    'in base64': base64(password),
    'in base64 after one byte': base64(`:${password}`),
    'in base64 after two bytes': base64(`a:${password}`),
    'in base64 between others': base64(`user:${password}\nnext line`),
    'in base64 for addresses': Buffer.from(`u:${password}`).toString('base64url'),
    'in hex': Buffer.from(password).toString('hex'),
    'in hex in capitals': Buffer.from(password).toString('hex').toUpperCase()
  };
  /** What must not be found any more: no run of the form's own characters longer than the ends base64 shares with its neighbours. */
  it.each(Object.entries(forms))('%s is gone, cut at each byte', (_, form) => {
    const secrets = [{ name: 'db', value: password }];
    const whole = createRedactor({ secrets }).redactText(`before ${form} after\n`);
    expect(whole).toContain('[secret:db]');
    for (const word of ['rich', '27', 'Z\\u00fc', '%C3', '%c3', '2Hw', 'c3bc', 'C3BC']) expect(whole).not.toContain(word);
    expect(whole.startsWith('before ')).toBe(true);
    expect(whole.endsWith(' after\n')).toBe(true);
    const text = `before ${form} after\n`;
    for (let cut = 0; cut <= bytesOf(text).length; cut += 1) expect(streamed(secrets, text, [cut])).toBe(whole);
    expect(streamed(secrets, text, Array.from({ length: bytesOf(text).length }, () => 1))).toBe(whole);
  });

  it('of several lines is found whole with either line end, line by line, and in wrapped base64', () => {
    const value = '-- key --\nfirst line of it\n  second line of it\nshort\n';
    const { redactText } = createRedactor({ secrets: [{ name: 'key', value }] });
    expect(redactText(`a${value}b`)).toBe('a[secret:key]b');
    expect(redactText(`a${value.replaceAll('\n', '\r\n')}b`)).toBe('a[secret:key]b');
    expect(redactText('log: first line of it!')).toBe('log: [secret:key]!');
    expect(redactText('log: second line of it!')).toBe('log: [secret:key]!');
    expect(redactText('short')).toBe('short');
    const long = Array.from({ length: 20 }, (_, line) => `line ${line} ${'x'.repeat(line)}`).join('\n');
    const wrapped = (base64(long).match(/.{1,76}/g) as string[]).join('\n');
    expect(createRedactor({ secrets: [{ name: 'key', value: long }] }).redactText(wrapped).replaceAll('[secret:key]', '').trim()).toBe('');
  });

  it('that begins with another one, or runs into it, leaves nothing behind', () => {
    const secrets = [
      { name: 'short', value: 'hunter2' },
      { name: 'long', value: 'hunter2-and-more' },
      { name: 'next', value: 'more-of-it' }
    ];
    const { redactText } = createRedactor({ secrets });
    expect(redactText('hunter2 hunter2-and-more')).toBe('[secret:short] [secret:long]');
    expect(redactText('<hunter2-and-more-of-it>')).toBe('<[secret:long]>');
    expect(redactText('hunter2hunter2')).toBe('[secret:short][secret:short]');
    expect(createRedactor({ secrets: [{ name: 'same', value: 'aaaaaaaa' }] }).redactText(`-${'a'.repeat(21)}-`)).toBe('-[secret:same]-');
    expect(createRedactor({ secrets: [secrets[0], { name: 'twin', value: 'hunter2' }] as NamedValue[] }).redactText('hunter2')).toBe('[secret:short]');
  });

  it('that is empty, blank or under six characters is not looked for, and said', () => {
    const secrets = ['', '     \n   ', 'abc', '  abcde  ', 'äöüäö'].map((value, index) => ({ name: `s${index}`, value }));
    const redactor = createRedactor({ secrets });
    expect(redactor.unmaskable).toEqual(['s0', 's1', 's2', 's3', 's4']);
    expect(redactor.redactText('a b c abcde 616263 äöüäö')).toBe('a b c abcde 616263 äöüäö');
    expect([isMaskable('abcde'), isMaskable('abcdef'), isMaskable('äöüäöü')]).toEqual([false, true, true]);
  });

  it('of bytes that are no text is found as bytes, in base64 and in hex', () => {
    const value = new Uint8Array(gzipSync('some secret'));
    const secrets = [{ name: 'blob', value }];
    expect(streamed(secrets, Buffer.concat([bytesOf('<'), value, bytesOf('>')]), [5])).toBe('<[secret:blob]>');
    expect(createRedactor({ secrets }).redactText(Buffer.from(value).toString('hex'))).toBe('[secret:blob]');
  });

  it('is counted, and its own text never is in what is counted', () => {
    const redactor = createRedactor({ secrets: [{ name: 'db', value: password }] });
    redactor.push(bytesOf(`${password} ${password}`));
    redactor.end();
    redactor.redactText(`${password} and AKIAABCDEFGHIJKLMNOP`);
    expect(redactor.counts()).toEqual({ secrets: { db: 3 }, shapes: { 'aws-key': 1 }, total: 4 });
  });

  it('comes at once when it cannot go on: a finished line is not kept back', () => {
    const redactor = createRedactor({ secrets: [{ name: 'db', value: 'x'.repeat(500) }] });
    expect(Buffer.from(redactor.push(bytesOf('Working on it\n'))).toString()).toBe('Working on it\n');
    expect(Buffer.from(redactor.push(bytesOf('xxxx'))).toString()).toBe('');
    expect(Buffer.from(redactor.push(bytesOf('yy\n'))).toString()).toBe('xxxxyy\n');
  });
});

describe('what only looks like a secret', () => {
  const { redactText } = createRedactor({ secrets: [] });
  const key = `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB12\n\n${'MIIEabc+/='.repeat(12)}\n-----END RSA PRIVATE KEY-----`;
  it.each([
    [`a\n${key}\nb`, 'a\n[hidden:private-key]\nb'],
    [`a ${JSON.stringify(key)} b`, 'a "[hidden:private-key]" b'],
    [`  ${key.replaceAll('\n', '\r\n    ')}\r\nb`, '  [hidden:private-key]\r\nb'],
    ['Authorization: Bearer abcdef123', '[hidden:bearer]'],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"[hidden:bearer]"}'],
    ['curl -H "Bearer abcdefghijklmnopqrstuvwxyz.1"', 'curl -H "[hidden:bearer]"'],
    [`push with ghp_${'a1'.repeat(18)}.`, 'push with [hidden:github-token].'],
    [`t=glpat-${'x'.repeat(20)};`, 't=[hidden:gitlab-token];'],
    ['AKIAABCDEFGHIJKLMNOP', '[hidden:aws-key]'],
    [`(${'1'.repeat(9)}:AA${'q'.repeat(33)})`, '([hidden:telegram-token])'],
    [`eyJ${'h'.repeat(30)}.eyJ${'p'.repeat(400)}.${'s'.repeat(40)} x`, '[hidden:jwt] x']
  ])('%# is hidden whole, cut anywhere', (text, hidden) => {
    expect(redactText(text)).toBe(hidden);
    for (let cut = 0; cut <= text.length; cut += 1) expect(streamed([], text, [cut])).toBe(hidden);
    expect(streamed([], text, Array.from({ length: text.length }, () => 1))).toBe(hidden);
  });

  it.each(['the bearer of good news', 'a task-list and a risk-free disk-image', 'AKIA is a prefix', '-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----', '[secret:db] [hidden:jwt]'])('%s stays', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('stops at what cannot belong to a private key', () => {
    expect(redactText('-----BEGIN PRIVATE KEY-----\nwas expected\nand (1) more')).toBe('[hidden:private-key] expected\nand (1) more');
  });
});

describe('any text in any pieces', () => {
  // Few letters, so that needles meet, overlap and begin each other.
  const letters = fc.constantFrom('a', 'b', 'ab', 'ba', 'é', '\n', '\r\n', '"', '=');
  const value = fc.array(letters, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''));
  const secrets = fc.array(value, { minLength: 1, maxLength: 5 }).map((values) => values.map((each, index) => ({ name: `s${index}`, value: each })));
  const form = (text: string): fc.Arbitrary<string> => fc.constantFrom(text, text.trim(), JSON.stringify(text), encodeURIComponent(text), Buffer.from(text).toString('base64'), Buffer.from(`é${text}x`).toString('base64url'), Buffer.from(text).toString('hex'));
  const cases = secrets.chain((list) => fc.record({ list: fc.constant(list), text: fc.array(fc.oneof(letters, value, fc.constantFrom(...list.map((each) => each.value)).chain(form)), { maxLength: 24 }).map((parts) => parts.join('')), cuts: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }) }));

  it('comes out as the slow model has it', () => {
    fc.assert(
      fc.property(cases, ({ list, text, cuts }) => {
        expect(streamed(list, text, cuts)).toBe(modelled(list, text));
      }),
      { numRuns: 3_000 }
    );
  });

  it('with shapes in it comes out as from one piece', () => {
    const bit = fc.constantFrom('-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', 'Bearer ', 'Authorization: ', 'ghp_', 'AKIA', 'eyJ', '.', '\\n', '\n', ' ', 'é', 'ABCDEFGHIJKLMNOP', '0123456789'.repeat(3));
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 30 }), fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 }), (bits, cuts) => {
        const text = bits.join('');
        expect(streamed([], text, cuts)).toBe(createRedactor({ secrets: [] }).redactText(text));
      }),
      { numRuns: 2_000 }
    );
  });
});

describe('10.6: what a process knows of secrets', () => {
  it('is taken out of every string of a value, of errors and of diagnostics, in all its forms; everything else stays as it was', () => {
    const mask = createMask();
    mask.know({ name: 'db', value: 'first value' });
    expect(mask.text('first value, second value')).toBe('[secret:db], second value');
    mask.know({ name: 'db', value: bytesOf('second value') }); // a newer one: both are about
    const at = new Date(0);
    const given = { a: ['first value', 1, null, at], b: { 'second value': Buffer.from('second value').toString('base64') }, c: undefined };
    expect(mask.value(given)).toEqual({ a: ['[secret:db]', 1, null, at], b: { 'second value': '[secret:db]' }, c: undefined });
    const lines: unknown[] = [];
    const write = (...line: unknown[]): void => void lines.push(line);
    maskedLogger({ debug: write, info: write, warn: write, error: write }, mask).warn('said first value', { reason: new Error('second value') });
    expect(JSON.stringify(lines)).toContain('said [secret:db]');
    expect(JSON.stringify(lines)).not.toMatch(/first value|second value/);
  });
});
