import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { compareNames, decodeName } from '../../kit/names.ts';
import { DamagedError } from './damaged.ts';
import { sha256Hex } from './ids.ts';
import { parseTime, utcTime, zeroTime } from './time.ts';
import { emptyTreeId, encodeTree, goMode, parseTree, safeName, splitGoMode, TreeTooLargeError, treeLimits, type FileType, type TreeLimits, type TreeNode } from './tree.ts';

const id = (digit: string): string => digit.repeat(64);
const at = parseTime('2026-11-21T03:00:00.123456789Z');
const file = (name: string, more: Partial<TreeNode> = {}): TreeNode => ({ name, type: 'file', mode: 0o644, mtime: at, atime: at, ctime: at, uid: 0, gid: 0, content: [], ...more });

const u64 = fc.bigInt({ min: 1n, max: 18_446_744_073_709_551_615n });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const time = fc.record({ ns: fc.bigInt({ min: -1_000_000_000_000_000_000n, max: 10n ** 19n }), offset: fc.constantFrom('Z' as const, 120, -330) });
const name = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => decodeName(bytes));
const anyNode: fc.Arbitrary<TreeNode> = fc.record(
  {
    name,
    type: fc.constantFrom<FileType>('file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket', 'irregular'),
    mode: u32,
    mtime: time,
    atime: time,
    ctime: time,
    uid: u32,
    gid: u32,
    content: fc.option(fc.array(fc.constantFrom(id('1'), id('a')), { maxLength: 3 })),
    user: fc.string({ minLength: 1, unit: 'binary' }),
    inode: u64,
    deviceId: u64,
    device: u64,
    size: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    links: fc.integer({ min: 1 }),
    linkTarget: name,
    xattrs: fc.array(fc.record({ name: fc.string({ unit: 'binary' }), value: fc.uint8Array().map((bytes) => Buffer.from(bytes)) }), { minLength: 1, maxLength: 2 }),
    subtree: fc.constant(id('f'))
  },
  { requiredKeys: ['name', 'type', 'mode', 'mtime', 'atime', 'ctime', 'uid', 'gid', 'content'] }
);
const anyNodes = fc.uniqueArray(anyNode, { selector: (one) => one.name, maxLength: 6 }).map((nodes) => nodes.sort((a, b) => compareNames(a.name, b.name)));

describe('trees', () => {
  it('without nodes have the known bytes and id', () => {
    expect(encodeTree([]).toString()).toBe('{"nodes":[]}\n');
    expect(sha256Hex(encodeTree([]))).toBe(emptyTreeId);
    expect(parseTree(encodeTree([]))).toEqual([]);
  });

  it('write every field in the order of restic and leave empty ones out', () => {
    const full: TreeNode = {
      name: 'a<b',
      type: 'symlink',
      mode: goMode('symlink', 0o777),
      mtime: utcTime(1_500_000_000n),
      atime: { ns: 0n, offset: 330 },
      ctime: zeroTime,
      uid: 1000,
      gid: 1001,
      user: 'ana&co',
      group: 'staff',
      inode: 18_446_744_073_709_551_615n,
      deviceId: 9_007_199_254_740_993n,
      size: 5,
      links: 2,
      linkTarget: 'to\udcff',
      xattrs: [
        { name: 'user.z', value: Buffer.of(1, 2) },
        { name: 'user.a', value: Buffer.alloc(0) }
      ],
      genericAttributes: [
        { name: 'windows.file_attributes', json: '32' },
        { name: 'windows.creation_time', json: '{"LowDateTime":18446744073709551615,"HighDateTime":2}' }
      ],
      device: 2049n,
      content: null,
      subtree: id('c'),
      error: 'gone'
    };
    const text =
      '{"nodes":[{"name":"a\\u003cb","type":"symlink","mode":134218239,"mtime":"1970-01-01T00:00:01.5Z","atime":"1970-01-01T05:30:00+05:30","ctime":"0001-01-01T00:00:00Z","uid":1000,"gid":1001,' +
      '"user":"ana\\u0026co","group":"staff","inode":18446744073709551615,"device_id":9007199254740993,"size":5,"links":2,"linktarget":"to\\ufffd","linktarget_raw":"dG//",' +
      '"extended_attributes":[{"name":"user.z","value":"AQI="},{"name":"user.a","value":""}],"generic_attributes":{"windows.creation_time":{"LowDateTime":18446744073709551615,"HighDateTime":2},"windows.file_attributes":32},' +
      `"device":2049,"content":null,"subtree":"${id('c')}","error":"gone"}]}\n`;
    expect(encodeTree([full]).toString()).toBe(text);
    expect(encodeTree(parseTree(Buffer.from(text))).toString()).toBe(text);
    const [back] = parseTree(Buffer.from(text));
    expect(back?.linkTarget).toBe('to\udcff');
    expect(back?.inode).toBe(18_446_744_073_709_551_615n);
    expect(encodeTree([{ ...file('x'), mode: 0, content: undefined }]).toString()).toBe(
      '{"nodes":[{"name":"x","type":"file","mtime":"2026-11-21T03:00:00.123456789Z","atime":"2026-11-21T03:00:00.123456789Z","ctime":"2026-11-21T03:00:00.123456789Z","uid":0,"gid":0,"content":[]}]}\n'
    );
  });

  it('come back as they were, for nodes of every kind with any names (seed 2108)', () => {
    fc.assert(
      fc.property(anyNodes, (nodes) => {
        const bytes = encodeTree(nodes);
        expect(parseTree(bytes)).toEqual(nodes);
        expect(encodeTree(parseTree(bytes))).toEqual(bytes);
      }),
      { seed: 2108, numRuns: 500 }
    );
  });

  it('are written in byte order only, without repeated names', () => {
    expect(encodeTree([file('\ufb01'), file('\u{1f600}')]).length).toBeGreaterThan(0);
    expect(() => encodeTree([file('\u{1f600}'), file('\ufb01')])).toThrow(/order/);
    expect(() => encodeTree([file('a'), file('a')])).toThrow(/same name/);
    expect(() => encodeTree([file('')])).toThrow(/without a name/);
  });

  it('are read with unknown keys and in any order, but not with repeated names', () => {
    const node = (name: string): string => encodeTree([file(name)]).toString().slice(10, -3);
    const parsed = parseTree(Buffer.from(`{"before":{"nodes":[1]},"nodes":[${node('b')},${node('a')}],"after":[[1]]}`));
    expect(parsed.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(() => parseTree(Buffer.from(`{"nodes":[${node('b')},${node('b')}]}`))).toThrow(DamagedError);
    expect(() => parseTree(Buffer.from(`{"nodes":[${node('b')},${node('a')},${node('b')}]}`))).toThrow(DamagedError);
    expect(parseTree(Buffer.from('{"nodes":null}'))).toEqual([]);
  });

  it('never let a spelled-out surrogate pass for a byte of a name', () => {
    const text = encodeTree([file('x', { type: 'symlink', linkTarget: 'T' })]).toString().replace('"T"', '"\\udcff"').replace('"name":"x"', '"name":"\\udc80"');
    const [node] = parseTree(Buffer.from(text));
    expect([node?.name, node?.linkTarget]).toEqual(['\ufffd', '\ufffd']);
  });

  const good = encodeTree([file('x', { inode: 7n, size: 3, content: [id('a')], user: 'ana', xattrs: [{ name: 'n', value: Buffer.of(1) }] })]).toString();
  it.each([
    ['"type":"file"', '"type":""'],
    ['"type":"file"', '"type":"constructor"'],
    ['"type":"file"', '"type":7'],
    ['"name":"x"', '"name":""'],
    ['"name":"x"', '"name":7'],
    ['"name":"x"', '"name":"\\\\q"'],
    ['"mode":420', '"mode":-1'],
    ['"mode":420', '"mode":4294967296'],
    ['"mode":420', '"mode":1.5'],
    ['"inode":7', '"inode":18446744073709551616'],
    ['"inode":7', '"inode":-7'],
    ['"size":3', '"size":9007199254740993'],
    ['"size":3', '"size":"3"'],
    ['"uid":0', '"uid":[]'],
    ['"mtime":"2', '"mtime":"x'],
    ['"user":"ana"', '"user":{}'],
    [`["${id('a')}"]`, `["${id('A')}"]`],
    [`["${id('a')}"]`, '{}'],
    [`["${id('a')}"]`, '[null]'],
    ['"value":"AQ=="', '"value":"A"'],
    ['[{"name":"n","value":"AQ=="}]', '7'],
    ['"nodes":[', '"nodes":[null,'],
    ['"nodes":[', '"nodes":7,"x":['],
    ['}]}\n', '}]']
  ])('with %s made %s are refused', (from, to) => {
    expect(good).toContain(from);
    expect(() => parseTree(Buffer.from(good.replace(from, to)))).toThrow(DamagedError);
  });
});

const inPieces = (pieceBytes: number): TreeLimits => ({ ...treeLimits, pieceBytes });
/** What reading gives: the nodes, or the code of the error. Anything that is no typed error is thrown on. */
const outcome = (text: string | Buffer, limits?: TreeLimits): unknown => {
  try {
    return parseTree(Buffer.from(text), limits);
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    return error.code;
  }
};

describe('trees in pieces', () => {
  it('have the same bytes and the same nodes, whatever the size of a piece (seed 2109)', () => {
    fc.assert(
      fc.property(anyNodes, fc.constantFrom(1, 100, 700, 2000), (nodes, pieceBytes) => {
        const bytes = encodeTree(nodes);
        expect(encodeTree(nodes, inPieces(pieceBytes))).toEqual(bytes);
        expect(parseTree(bytes, inPieces(pieceBytes))).toEqual(nodes);
      }),
      { seed: 2109, numRuns: 500 }
    );
  });

  const x = encodeTree([file('x', { content: [id('a'), id('a'), id('b')], xattrs: [{ name: '},{"[\\', value: Buffer.of(1) }] })]).toString().slice(10, -3);
  const y = encodeTree([file('y')]).toString().slice(10, -3);
  const spaced = x.replaceAll(/(?<=[0-9]"),|(?<=\[)(?=")|(?<=")(?=\])/g, (all) => ` ${all}\n\t`);
  const same = [
    ...['{"nodes":[]}', ' {"nodes" : [ ] } ', '{"nodes":null}', `{"nodes":[${y}],"nodes":null}`, `{"nodes":[${x}],"nodes":[${y}]}`, `{"nodes":[${x}],"nodes":7}`, `{"nod\\u0065s":[${x}]}`],
    ...[`\r\n{ "nodes" :\t[ ${x} , ${y} ] ,"z" : {"nodes":[[]]} }\n`, `{"nodes":[${spaced}]}`, `{"a":"]}\\"","nodes":[${x},${y}]}`, `{"nodes":[${x.replace('"content":[', '"content":null,"content":[')}]}`],
    ...[`{"nodes":[${x.slice(0, -1)},"content":null}]}`, `{"nodes":[${x.slice(0, -1)},"content":[]}]}`, `{"nodes":[${x.slice(0, -1)},"content":[  ] }]}`, `{"nodes":[${x.slice(0, -1)},"__proto__":{"content":7}}]}`],
    ...['', ' ', '{}', '[]', 'null', '7', '{', '{"nodes"', '{"nodes":', '{"nodes":[', '{"nodes":[]', '{"nodes":{}}', '{"nodes":[]}}', '{"nodes":[]]', '{"nodes":[],}', '{,"nodes":[]}', '{"nodes":[]}x', '{"nodes":[]x}', '\ufeff{"nodes":[]}', '{nodes:[]}', '{"nodes" []}', '{"a":,"nodes":[]}', '{"a":x,"nodes":[]}', '{"nodes":"'],
    ...['[,]', `[,${x}]`, `[${x},]`, `[${x},,${y}]`, `[${x} ${y}]`, `[${x}}]`, `[${x}]]`, `[[${x}]]`, `[${x},7]`, `[${x},null]`, `[{${x}]`, `[${x.slice(0, -1)}]]`, `[${x},"`, `[${x}\u0000]`, `[${x},${x}]`, `[${y},${x},${y}]`].map((list) => `{"nodes":${list}}`),
    ...[['["', '[,"'], ['"]', '",]'], ['","', '",,"'], ['","', '" "'], ['["', '[ 7,"'], ['["', '["x'], ['["a', '["'], ['"]', '"}'], ['"]', '"'], ['["', '[["'], ['["aa', '["a"']].map(([from, to]) => `{"nodes":[${x.replace(from as string, to as string)}]}`)
  ];
  it('mean the same, and are refused the same, as when they are read at once', () => {
    const values = same.map((text) => outcome(text));
    expect(values.filter(Array.isArray).length).toBeGreaterThan(12);
    for (const [i, text] of same.entries()) for (const pieceBytes of [1, x.length + 3, 2 * x.length]) expect([text, outcome(text, inPieces(pieceBytes))]).toEqual([text, values[i]]);
  });

  it('that are cut short anywhere are refused', () => {
    const whole = encodeTree([file('x', { content: [id('a'), id('b')] }), file('y')]).toString().trimEnd();
    for (let length = 0; length < whole.length; length++) for (const pieceBytes of [1, 250]) expect(outcome(whole.slice(0, length), inPieces(pieceBytes))).toBe('REPOSITORY_DAMAGED');
  });

  it('keep bytes that are no text as they are read at once', () => {
    for (const [begins, ends] of [
      [0xe2, 0x41],
      [0x41, 0xe2],
      [0xff, 0xff]
    ] as const) {
      const raw = Buffer.from(`{"nodes":[${x.replace('"x"', '"__"')},${y}]}`);
      raw.set([begins, ends], raw.indexOf('__'));
      const whole = outcome(raw) as TreeNode[];
      expect(whole[0]?.name).toContain('\ufffd');
      expect(outcome(raw, inPieces(1))).toEqual(whole);
    }
  });

  it('keep a file of very many chunks, equal neighbours as one string', () => {
    const content = Array.from({ length: 50_000 }, (_, i) => (i % 5 === 0 ? sha256Hex(Buffer.from(String(i))) : id('0')));
    const nodes = [file('a'), file('b', { content, inode: 2n ** 63n }), file('c')];
    const bytes = encodeTree(nodes, inPieces(100_000));
    expect(bytes.toString()).toContain(`"content":${JSON.stringify(content)}`);
    expect(bytes.equals(encodeTree(nodes, inPieces(2 ** 30)))).toBe(true);
    for (const pieceBytes of [1, 100_000, 2 ** 30]) expect(parseTree(bytes, inPieces(pieceBytes))).toEqual(nodes);
    const spoilt = Buffer.from(bytes);
    spoilt[bytes.indexOf(content[25_000] as string)] = 0x47;
    expect(outcome(spoilt, inPieces(100_000))).toBe('REPOSITORY_DAMAGED');
  });

  it('end at one limit for writing and reading, by bytes', () => {
    const nodes = Array.from({ length: 300 }, (_, i) => file(`f${1000 + i}`));
    const bytes = encodeTree(nodes);
    for (const pieceBytes of [1000, 2 ** 20]) {
      const limits = { ...treeLimits, bytes: bytes.length, pieceBytes };
      expect(parseTree(encodeTree(nodes, limits), limits)).toEqual(nodes);
      limits.bytes -= 1;
      expect(() => encodeTree(nodes, limits)).toThrow(TreeTooLargeError);
      expect(() => parseTree(bytes, limits)).toThrow(/too many/);
    }
  });

  it('end at one limit for writing and reading, by nodes', () => {
    const nodes = Array.from({ length: 300 }, (_, i) => file(`f${1000 + i}`));
    const bytes = encodeTree(nodes);
    for (const pieceBytes of [1000, 2 ** 20]) {
      const limits = { ...treeLimits, nodes: 300, pieceBytes };
      expect(parseTree(encodeTree(nodes, limits), limits)).toEqual(nodes);
      limits.nodes -= 1;
      expect(() => encodeTree(nodes, limits)).toThrow(TreeTooLargeError);
      expect(() => parseTree(bytes, limits)).toThrow(/more than 299 nodes/);
    }
  });

  /** Small nodes from a seed: digests of digests, as ids of chunks are. */
  const seeded = function* (seed: number, count: number): Generator<TreeNode, void, void> {
    let chunk = sha256Hex(Buffer.from(`seed ${seed}`));
    for (let i = 0; i < count; i++) {
      chunk = sha256Hex(Buffer.from(chunk));
      yield file(`photo ${10_000_000 + i}.jpeg`, { inode: 2n ** 40n + BigInt(i), deviceId: 2049n, user: 'ana', group: 'staff', size: i + 1, links: 1, content: [chunk] });
    }
  };

  const long = process.env['VARVE_LONG'] === '1';
  if (!long) console.log('smaller: a tree of 15,000 nodes in small pieces; 1.5 million of them, more than one string can hold, with VARVE_LONG=1');
  const count = long ? 1_500_000 : 15_000;
  it(`of ${count} nodes come back as they were (seed 2110)`, { timeout: 600_000 }, () => {
    const limits = long ? treeLimits : inPieces(40_000);
    const bytes = encodeTree([...seeded(2110, count)], limits);
    // V8 holds no string longer than 2^29 - 24.
    if (long) expect(bytes.length).toBeGreaterThan(2 ** 29);
    const before = process.memoryUsage().heapUsed;
    const back = parseTree(bytes, limits);
    // The nodes themselves take some 600 bytes each, and their text at once would take as much again.
    if (long) expect(process.memoryUsage().heapUsed - before).toBeLessThan(count * 1000);
    expect(back).toHaveLength(count);
    let i = 0;
    for (const node of seeded(2110, count)) {
      const found = back[i++] as TreeNode;
      if (found.name !== node.name || found.inode !== node.inode || found.content?.[0] !== node.content?.[0]) expect(found).toEqual(node);
      if (i % 1000 === 0) expect(found).toEqual(node);
    }
  });
});

describe('modes', () => {
  it.each([
    ['file', 0o644, 420],
    ['dir', 0o755, 2_147_484_141],
    ['dir', 0o1777, 2_148_532_735],
    ['symlink', 0o777, 134_218_239],
    ['fifo', 0o644, 33_554_852],
    ['file', 0o4751, 8_389_097],
    ['dev', 0o660, 67_109_296],
    ['chardev', 0o666, 69_206_454]
  ] as const)('%s %i is %i in Go', (type, permissions, mode) => {
    expect(goMode(type, permissions)).toBe(mode);
    expect(splitGoMode(mode)).toEqual({ type, permissions });
  });

  it('come back for every type and permission', () => {
    for (const type of ['file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket', 'irregular'] as const) {
      for (let permissions = 0; permissions < 0o10000; permissions += 7) expect(splitGoMode(goMode(type, permissions))).toEqual({ type, permissions });
    }
    expect(splitGoMode(0xffff_ffff).type).toBe('irregular');
  });
});

describe('a name from a repository', () => {
  it('is safe on this system or not', () => {
    for (const name of ['', '.', '..', 'a/b', '/', 'a\0']) for (const platform of ['linux', 'darwin', 'win32']) expect(safeName(name, platform)).toBe(false);
    for (const name of ['a\\b', 'C:', 'a:b', 'NUL', 'con', 'com1.txt', 'LPT9', 'dot.', 'space ', 'a\n', 'a|b', 'aux .x']) {
      expect(safeName(name, 'win32')).toBe(false);
      expect(safeName(name, 'linux')).toBe(true);
    }
    for (const name of ['a', '.hidden', 'console', 'com10', 'nulls', 'ü\udcff']) for (const platform of ['linux', 'win32']) expect(safeName(name, platform)).toBe(true);
  });
});
