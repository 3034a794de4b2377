import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createConfig, encodeConfig, parseConfig } from './config.ts';
import { DamagedError, UnsupportedError, decodeAt } from './damaged.ts';
import { createKeyFile, deriveUserKey, openKeyFile, parseKeyFile } from './key-file.ts';
import { createMasterKey, Sealer } from './seal.ts';
import { parseTime } from './time.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const random = (n: number): Uint8Array => randomBytes(n);
const small = { hostname: 'h', username: 'u', created: parseTime('2026-11-21T03:00:00Z'), N: 128, r: 1, p: 1 };
// A repository of restic's own tests, password "geheim".
const salt = hex('cc9c91fb102ff0bf739144fd42ee6d64ff7a530e05818891e9112fc1abcc9e1167198dfddd06377ff600b9a582463fe0e75e1c850abdc750c70af120b3c82337');
const data = '6jxYiBfTAn/Y3N+8BG5IMumyrJDSV3Sq/4z85K3/yy22aDnh94Sr0CngKq3S3SsHfDRO9IdVdRD2vfRAkG+jUZQcyVZiEFls5oKUQO98F6QWHhO6ppwOBIRmFrhq3yAwN/oUP6FR5R4fFqOopqMeYLx17xwIMg7qlraIWAQTdiUMyhPZGuruJs01QNAb6eo6wDnG/6vy+4WuNsf4/Pl8JQ==';
const fields = { created: '2015-12-28T23:21:05.123456789+01:00', username: 'fd0', hostname: 'x', kdf: 'scrypt', N: 128, r: 1, p: 1, salt: salt.toString('base64'), data };
const bytesOf = (change: Record<string, unknown> = {}): Buffer => Buffer.from(JSON.stringify({ ...fields, ...change }));

describe('key files', () => {
  it("open restic's own sample, and its config", () => {
    const user = deriveUserKey('geheim', { N: 128, r: 1, p: 1, salt });
    expect(Buffer.concat([user.encrypt, user.macK, user.macR]).toString('hex')).toBe('4a11a3cb7fa920e6d8827788e3404c2389c6e731f79a60d63c90e191ed785c60ca6a370f4e6f763c0debd9f412eb48c64e1f7660881ffe26fa1bd59c1daf9f59');
    const master = openKeyFile(parseKeyFile(bytesOf()), 'geheim');
    expect(master).toEqual({ encrypt: hex('0598797c3b79ac735cb5800b9bc1b0444c4ff044646d04c008e269587e20dc0c'), macK: hex('4431d22838da3db130f7de8ea8daf098'), macR: hex('cce20601d0a889057446820284ab8203') });
    const sealed = hex('6649633d0601ec7e5b117a953e74b0b59d6aa12c561a564a49637c9866c9aba447308fb13c8356f4a79fba850f169a204d37dd97d7b5d7b7cd79f5cade2371ee676c806ebb7deac55e93dad51e2411d136034f7f4223584cc878a70e18e3cff81f22e344234eacdc8b07125b9e1d5c6dfd75a24c5e5eaf4fba580d2a2d2c71fe59362aa4fb59072f3fe4e3a7e61755070542d2da3d3db14e96bd90');
    const plain = new Sealer(master!, random).open(sealed);
    expect(plain.toString()).toBe('{"version":1,"id":"0eb3179058c4c67e2b1ea3740a1f6c2ba7d070bbefb3ec75083cc3503f08612d","chunker_polynomial":"3caf26730a7f8d"}');
    expect(parseConfig(plain)).toMatchObject({ version: 1, chunkerPolynomial: '3caf26730a7f8d', appendOnly: false, isHot: false, chunker: { kind: 'rabin', minBytes: 524_288, maxBytes: 8_388_608, bits: 20 } });
    expect(encodeConfig(parseConfig(plain))).toEqual(plain);
  });

  it('say undefined to a wrong password and open with the right one, byte for byte as given', () => {
    const master = createMasterKey(random);
    const bytes = createKeyFile(master, 'caf\u00e9', small, random);
    const keyFile = parseKeyFile(bytes);
    expect(Object.keys(JSON.parse(bytes.toString()) as object)).toEqual(['created', 'username', 'hostname', 'kdf', 'N', 'r', 'p', 'salt', 'data']);
    expect(openKeyFile(keyFile, 'caf\u00e9')).toEqual(master);
    expect(openKeyFile(keyFile, Buffer.from('caf\u00e9'))).toEqual(master);
    for (const wrong of ['cafe\u0301', 'cafe', '', 'caf\u00e9 ']) expect(openKeyFile(keyFile, wrong)).toBeUndefined();
    expect(openKeyFile(parseKeyFile(createKeyFile(master, '', small, random)), '')).toEqual(master);
  });

  it('derive with the default cost, which needs more memory than Node allows by itself', () => {
    const { N: _n, r: _r, p: _p, ...defaults } = small;
    const master = createMasterKey(random);
    const keyFile = parseKeyFile(createKeyFile(master, 'x', defaults, random));
    expect([keyFile.N, keyFile.r, keyFile.p]).toEqual([32_768, 8, 1]);
    expect(openKeyFile(keyFile, 'x')).toEqual(master);
  });

  it.each([
    [{ N: 0 }, DamagedError],
    [{ N: 1 }, DamagedError],
    [{ N: 3 }, DamagedError],
    [{ N: -128 }, DamagedError],
    [{ N: '128' }, DamagedError],
    [{ N: 2 ** 40 }, UnsupportedError],
    [{ r: 0 }, DamagedError],
    [{ r: 1.5 }, DamagedError],
    [{ r: 2 ** 30 }, UnsupportedError],
    [{ p: 0 }, DamagedError],
    [{ p: 2 ** 30 }, UnsupportedError],
    [{ kdf: 'argon2' }, UnsupportedError],
    [{ kdf: undefined }, UnsupportedError],
    [{ salt: 'AAAA' }, DamagedError],
    [{ salt: 7 }, DamagedError],
    [{ data: '*' }, DamagedError],
    [{ created: 'never' }, DamagedError],
    [{ username: {} }, DamagedError]
  ] as const)('with %j are refused', (change, kind) => {
    expect(() => parseKeyFile(bytesOf(change))).toThrow(kind);
  });

  it('that are no JSON, too long or carry short data are no crash', () => {
    expect(() => parseKeyFile(Buffer.from('x'))).toThrow(DamagedError);
    expect(() => parseKeyFile(Buffer.alloc(100_000, 0x20))).toThrow(DamagedError);
    expect(openKeyFile(parseKeyFile(bytesOf({ data: '' })), 'geheim')).toBeUndefined();
  });

  it('are named in the complaint when the reader says which file it was', () => {
    expect(() => decodeAt('keys/ab', () => parseKeyFile(Buffer.from('x')))).toThrow(/^keys\/ab: /);
    expect(() => decodeAt('keys/ab', () => parseKeyFile(bytesOf({ kdf: 'x' })))).toThrow(UnsupportedError);
  });
});

describe('configs', () => {
  const plain = (change: Record<string, unknown>): Buffer => Buffer.from(JSON.stringify({ version: 2, id: 'a'.repeat(64), chunker_polynomial: '3da3358b4dc173', ...change }));

  it('are made with a fresh id and an irreducible polynomial, or a given one', () => {
    const config = createConfig(random);
    expect(parseConfig(encodeConfig(config))).toEqual(config);
    expect(encodeConfig(createConfig(random, '3da3358b4dc173')).toString()).toMatch(/^\{"version":2,"id":"[0-9a-f]{64}","chunker_polynomial":"3da3358b4dc173"\}$/);
    expect(createConfig(random).id).not.toBe(config.id);
  });

  it("carry rustic's fields and unknown ones through an upgrade, digits included", () => {
    const text = `{"version":1,"id":"${'a'.repeat(64)}","chunker_polynomial":"3da3358b4dc173","append_only":true,"is_hot":true,"chunk_size":524288,"chunk_min_size":65536,"chunk_max_size":2097152,"later":18446744073709551615}`;
    const config = parseConfig(Buffer.from(text));
    expect(config).toMatchObject({ appendOnly: true, isHot: true, chunker: { kind: 'rabin', bits: 19, minBytes: 65_536, maxBytes: 2_097_152 } });
    expect(encodeConfig({ ...config, version: 2 }).toString()).toBe(text.replace('"version":1', '"version":2'));
    expect(parseConfig(plain({ chunker: 'FixedSize', chunk_size: 4096 })).chunker).toEqual({ kind: 'fixed', bytes: 4096 });
  });

  it.each([
    [{ version: 3 }, UnsupportedError],
    [{ version: 0 }, UnsupportedError],
    [{ version: '2' }, DamagedError],
    [{ id: 'x' }, DamagedError],
    [{ chunker_polynomial: '25b468838dcb77' }, DamagedError],
    [{ chunker_polynomial: undefined }, DamagedError],
    [{ chunker: 'ae' }, UnsupportedError],
    [{ chunker: {} }, UnsupportedError],
    [{ chunk_size: 1_000_000 }, DamagedError],
    [{ chunk_size: 2 ** 40 }, DamagedError],
    [{ chunk_min_size: 10 }, DamagedError],
    [{ chunk_min_size: 9_000_000 }, DamagedError]
  ] as const)('with %j are refused', (change, kind) => {
    expect(() => parseConfig(plain(change))).toThrow(kind);
  });
});
