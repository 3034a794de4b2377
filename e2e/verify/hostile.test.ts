// Files made to harm the reader: endless lines, broken text, deep nesting, bytes that steer a terminal. Each ends in a plain refusal
// with little memory; and a bundle of any length is read in the same little memory.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, truncateSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { commitmentOf, jcs, keyFrom, leafOf, noteOf, seeded, sha256 } from './harness/formats.ts';
import { closed, madeLog } from './harness/maker.ts';
import { createPlace, run, verifier, verifierFile, type Outcome } from './harness/verifier.ts';

const place = createPlace();
afterAll(() => place.dispose());
const log = madeLog(61);
const keys = [log.keys[0]!.vkey];
const megabyte = 2 ** 20;

/** Runs a check in a process of its own with a small heap; its peak memory in MB beside the outcome. */
function measured(file: string, args: string[] = []): { outcome: Outcome; peak: number } {
  const program = `import { main } from ${JSON.stringify(pathToFileURL(verifierFile).href)};
    main(process.argv.slice(1), { out: (text) => process.stdout.write(text), err: () => undefined, env: {} });
    process.stderr.write(String(process.resourceUsage().maxRSS / 1024));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=96', '--input-type=module', '-e', program, '--', file, '--json', ...args], { encoding: 'utf8', maxBuffer: 64 * megabyte });
  return { outcome: JSON.parse(stdout) as Outcome, peak: Number(stderr) };
}

describe('endless and broken files', () => {
  it('a line of 1 GiB, as the first, as an entry, as the last, ends in a refusal with little memory', () => {
    const [head, entry] = log.bundle().split('\n') as [string, string];
    const quiet = measured(place.file('small.varve-evidence', log.bundle())).peak;
    const cases: [string, string, string, number][] = [
      ['zeros', '', 'line-long', 1],
      ['first', '{"format":"varve-evidence","about":"', 'line-long', 1],
      ['entry', `${head}\n${entry}\n{"index":1,"header":"`, 'line-long', 3],
      ['after', log.bundle(), 'after-end', 15]
    ];
    for (const [name, beginning, code, line] of cases) {
      const file = place.file(`${name}.varve-evidence`, beginning);
      truncateSync(file, 1024 * megabyte);
      const { outcome, peak } = measured(file);
      expect([name, outcome.verdict, outcome.exit, outcome.reason?.code, outcome.at?.line]).toEqual([name, 'refused', 5, code, line]);
      expect(peak).toBeLessThan(quiet + 96);
    }
    for (const name of ['zeros', 'zeros.tlog-proof']) {
      const file = place.file(name, 'c2sp.org/tlog-proof@v1\n');
      truncateSync(file, 1024 * megabyte);
      const { outcome, peak } = measured(file);
      expect([outcome.verdict, outcome.reason?.code]).toEqual(['refused', 'file-long']);
      expect(peak).toBeLessThan(quiet + 64);
      // The same for what the reader brings.
      expect(measured(place.file('small.varve-evidence', log.bundle()), ['--checkpoint', file]).outcome.reason?.code).toBe('file-long');
    }
  }, 120_000);

  it('a stream without an end is refused as well', () => {
    expect(run(['/dev/zero', '--json']).out).toContain('"file-long"');
  });

  it('what is cut off, doubled or empty is refused', () => {
    const bundle = log.bundle();
    const told = (content: string | Uint8Array, name = 'x.varve-evidence'): string => {
      const { verdict, exit, reason } = place.check(name, content, { keys });
      return [verdict, exit, reason?.code].join(' ');
    };
    const lines = bundle.split('\n');
    expect(told('')).toBe('refused 5 file-empty');
    expect(told('\n')).toBe('refused 5 json');
    expect(told(bundle.slice(0, -1))).toBe('refused 5 line-open');
    expect(told(lines.slice(0, 5).join('\n') + '\n')).toBe('refused 5 cut-off');
    expect(told(lines.slice(0, -2).join('\n') + '\n')).toBe('refused 5 closing-missing');
    expect(told(bundle + bundle)).toBe('refused 5 after-end');
    expect(told(bundle + '\n')).toBe('refused 5 after-end');
    expect(told(bundle.replaceAll('\n', '\r\n'))).toBe('refused 5 line-spelling');
    expect(told(bundle.replace('"entries":13,"sha256"', '"entries":13, "sha256"'))).toBe('refused 5 closing-differs');
    // Every cut of a small file, in all kinds.
    for (const [name, content] of [['cut.varve-evidence', log.bundle({ entries: [1] })], ['cut.tlog-proof', log.proofFile(1)], ['cut', log.checkpoint()]] as const) {
      for (let length = 0; length < Buffer.byteLength(content); length += 1) expect([length, told(Buffer.from(content).subarray(0, length), name).slice(0, 9)]).toEqual([length, 'refused 5']);
    }
  });
});

describe('text that is read in two ways', () => {
  const told = (content: string | Uint8Array, name = 'x.varve-evidence'): string => {
    const { verdict, exit, reason, at } = place.check(name, content, { keys });
    return [verdict, exit, reason?.code, at?.line].join(' ');
  };
  const lines = log.bundle({ entries: [1, 2] }).split('\n').slice(0, -2);
  const withLine = (at: number, change: (line: string) => string): string => closed(lines.map((line, place) => (place === at ? change(line) : line)));

  it('invalid UTF-8 is refused, in every kind of file', () => {
    for (const [name, content] of [['x.varve-evidence', log.bundle()], ['x.tlog-proof', log.proofFile(1)], ['x', log.checkpoint()]] as const) {
      for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
        const bytes = Buffer.from(content);
        const at = name === 'x' ? 3 : 40;
        expect(place.check(name, Buffer.concat([bytes.subarray(0, at), Buffer.from(bad), bytes.subarray(at)]), { keys })).toMatchObject({ exit: 5, reason: { code: 'not-utf8' } });
      }
    }
    expect(told(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(log.bundle())]))).toBe('refused 5 json 1');
  });

  it('equal names in one object are refused wherever they stand, spelled alike or not', () => {
    expect(told(withLine(0, (line) => line.replace('"version":1,', '"version":1,"version":1,')))).toBe('refused 5 json-twice 1');
    expect(told(withLine(0, (line) => line.replace('"version":1,', '"version":1,"vers\\u0069on":1,')))).toBe('refused 5 json-twice 1');
    expect(told(withLine(0, (line) => line.replace('"filter":null', '"filter":{"a":{"b":1,"b":2}}')))).toBe('refused 5 json-twice 1');
    expect(told(withLine(1, (line) => line.replace('"index":1', '"index":1,"index":1')))).toBe('refused 5 json-twice 2');
    expect(told(withLine(0, (line) => line.replace('"filter":null', '"filter":{"__proto__":{"complete":true},"constructor":1}')))).toBe('verified 0  ');
  });

  it('a line has one spelling: spaces, escapes and other number forms that change nothing are refused too', () => {
    for (const [from, to] of [['"version":1', '"version": 1'], ['"version":1', '"version":1.0'], ['"version":1', '"version":1e0'], ['"filter":null', '"filter":{"\\u0061":1}'], ['"filter":null', '"filter":{"a":"\\/"}'], ['"filter":null', '"filter":{"a":-0}']] as const) {
      expect([to, told(withLine(0, (line) => line.replace(from, to)))]).toEqual([to, 'refused 5 line-spelling 1']);
    }
    expect(told(withLine(1, (line) => `${line} `))).toBe('refused 5 line-spelling 2');
  });

  it('half of a surrogate pair is refused, even where it is only shown', () => {
    expect(told(withLine(0, (line) => line.replace('"about":"', '"about":"\\ud800')))).toBe('refused 5 json-surrogate 1');
    expect(told(withLine(0, (line) => line.replace('"about":"', '"about":"\ud83d\ude00')))).toBe('verified 0  ');
  });

  it('numbers that lose digits are refused', () => {
    for (const number of ['9007199254740993', '-9007199254740992', '1e400', '123456789012345678901234567890e-10']) expect([number, told(withLine(0, (line) => line.replace('"filter":null', `"filter":{"a":${number}}`)))]).toEqual([number, 'refused 5 json-number 1']);
    expect(told(withLine(0, (line) => line.replace('"size":13', '"size":99999999999999999999')))).toBe('refused 5 json-number 1');
    const huge = noteOf(`${log.origin}\n18446744073709551616\n${Buffer.alloc(32).toString('base64')}\n`, log.keys);
    expect(told(huge, 'x')).toBe('refused 5 checkpoint-form ');
    expect(place.check('x', noteOf(`${log.origin}\n18446744073709551615\n${Buffer.alloc(32).toString('base64')}\n`, log.keys), { keys })).toMatchObject({ verdict: 'verified', checkpoint: { size: '18446744073709551615' } });
  });

  it('deep nesting is refused without a deep stack, in objects and lists', () => {
    for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) {
      const deep = `${open.repeat(200_000)}1${close.repeat(200_000)}`;
      expect(told(withLine(0, (line) => line.replace('"filter":null', `"filter":{"a":${deep}}`)))).toBe('refused 5 json-deep 1');
      expect(told(withLine(1, () => deep))).toBe('refused 5 json-deep 2');
    }
  });

  it('long lists and long strings of backslashes cost no more than their length', () => {
    expect(told(withLine(1, () => `{"index":1,"header":"${'\\\\'.repeat(900_000)}"}`))).toBe('refused 5 field-missing 2');
    expect(told(withLine(1, () => `{"index":1,"header":"${'\\"'.repeat(900_000)}`))).toBe('refused 5 json 2');
    expect(told(withLine(1, () => `[${'1,'.repeat(900_000)}1]`))).toBe('refused 5 not-object 2');
    expect(told(withLine(0, (line) => line.replace('"rotations":[]', `"rotations":[${'null,'.repeat(20_000)}null]`)))).toBe('refused 5 field-bad 1');
  });
});

describe('what is printed', () => {
  const steering = '\u001b]0;owned\u0007\u001b[2J\r\u009b31m\u202egnp.exe\u2066\u200b\u0000\u007f';
  const isPlain = (text: string): void => {
    const odd = [...text].filter((character) => character !== '\n' && /[\p{Cc}\u200b\u202e\u2066]/u.test(character));
    expect(odd).toEqual([]);
  };

  it('never steers a terminal or turns text around, as sentences and as JSON', () => {
    const name = `varve/${steering.replaceAll(/[\p{Cc}]/gu, '')}`;
    const posed = madeLog(62);
    posed.append({ payload: { text: steering } });
    const files = [
      place.file('1.varve-evidence', posed.bundle()),
      place.file('2.varve-evidence', log.bundle({ head: { origin: name } })),
      place.file('3.varve-evidence', log.bundle({ head: { [steering]: 1 } })),
      place.file('4.varve-evidence', log.bundle({ head: { vkey: steering } })),
      place.file('5', noteOf(`${name}\n3\n${Buffer.alloc(32).toString('base64')}\n`, [keyFrom(name, seeded(1).bytes(32))])),
      place.file('6.varve-evidence', closed([`{"${steering.replaceAll(/\p{Cc}/gu, '')}`]))
    ];
    for (const file of files) {
      for (const args of [[], ['--json'], ['--list'], ['--json', '--list'], ['--language', 'pt']]) {
        const { out, err } = run([file, ...args]);
        expect(out).not.toBe('');
        isPlain(out + err);
        if (args[0] === '--json') for (const line of out.trim().split('\n')) JSON.parse(line);
      }
    }
    isPlain(run([place.path(steering.replaceAll('\u0000', ''))]).err);
    isPlain(run([files[0]!, `--${steering.replaceAll('\u0000', '')}`]).err);
  });

  it('is not endless: long values are cut', () => {
    const { out } = run([place.file('long.varve-evidence', log.bundle({ head: { ['x'.repeat(100_000)]: 1 } }))]);
    expect(out.length).toBeLessThan(2_000);
    expect(verifier.visible('y'.repeat(1_000))).toBe(`${'y'.repeat(300)}…`);
  });
});

describe('a long bundle', () => {
  /** Writes a whole log of `size` entries without holding it, the last one erasing every hundredth. */
  function longBundle(name: string, size: number): string {
    const origin = 'varve/long';
    const key = keyFrom(origin, seeded(63).bytes(32));
    const salt = Buffer.alloc(32, 7);
    const filling = 'x'.repeat(1_000);
    const chain = { hash: sha256('varve/genesis/v1\n', origin) };
    const entry = (seq: number, payload: string, action: string, category: string): { line: string; header: string } => {
      const header = jcs({
        v: 1, seq, id: `018f0000-0000-7000-8000-${String(seq).padStart(12, '0')}`, ts: '2026-11-21T00:00:00.000Z', actor: 'a1', session: 's1', trace: '', category, action, subject: '', level: 'info', prev: chain.hash.toString('hex'),
        payload: { alg: 'hmac-sha256', commit: commitmentOf(salt, payload), size: payload.length, enc: 'none' }
      });
      chain.hash = sha256('varve/chain/v1\n', chain.hash, header);
      const erased = seq % 100 === 99 && seq < size - 1;
      return { header, line: JSON.stringify({ index: seq, header, payload: erased ? { state: 'erased', by: size - 1 } : { state: 'opened', text: payload, salt: salt.toString('hex') } }) };
    };
    const each = (use: (made: { line: string; header: string }) => void): void => {
      chain.hash = sha256('varve/genesis/v1\n', origin);
      const gone = [...Array(Math.floor((size - 1) / 100)).keys()].map((at) => at * 100 + 99);
      for (let seq = 0; seq < size - 1; seq += 1) use(entry(seq, `{"at":${seq},"filling":"${filling}"}`, 'app.noted', 'app'));
      use(entry(size - 1, jcs({ seqs: gone, reason: 'request', basis: 'none' }), 'log.erasure', 'record'));
    };
    const tree = new verifier.GrowingTree();
    each(({ header }) => tree.append(leafOf(header)));
    const head = {
      format: 'varve-evidence', version: 1, about: '', origin, vkey: key.vkey, checkpoint: noteOf(`${origin}\n${size}\n${tree.root().toString('base64')}\n`, [key]), size, created: '2026-11-22T00:00:00.000Z', complete: true,
      entries: size, disclosure: 'payloads', filter: null, rotations: [], consistency: []
    };
    const file = openSync(place.path(name), 'w');
    const sums: string[] = [JSON.stringify(head)];
    each(({ line }) => sums.push(line));
    writeSync(file, closed(sums));
    closeSync(file);
    return place.path(name);
  }

  it('is read in the memory of a short one', () => {
    const short = measured(longBundle('short.varve-evidence', 200));
    const long = measured(longBundle('long.varve-evidence', 40_000));
    expect([short.outcome.verdict, short.outcome.counts]).toEqual(['consistent', { entries: 200, opened: 199, withheld: 0, locked: 0, erased: 1, none: 0 }]);
    expect([long.outcome.verdict, long.outcome.counts]).toEqual(['consistent', { entries: 40_000, opened: 39_601, withheld: 0, locked: 0, erased: 399, none: 0 }]);
    // 70 MB of text more, and less than the half of it in memory.
    expect(long.peak - short.peak).toBeLessThan(35);
  }, 120_000);
});
