// NumPy arrays: statistics as a direct computation gives them, headers by their grammar only, and numpy itself as a judge where it is there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InsideFacts } from '../../../../contract/inside.ts';
import { lookInside } from '../testing/looking-inside.ts';
import { readNpyHeader } from './npy-header.ts';

type NpyFacts = Extract<InsideFacts, { kind: 'npy' }>;

function npy(header: string, data: Uint8Array, major = 1): Buffer {
  const text = Buffer.from(`${header}\n`, major === 3 ? 'utf8' : 'latin1');
  const head = Buffer.alloc(major === 1 ? 10 : 12);
  head.write('\x93NUMPY', 'latin1');
  head[6] = major;
  if (major === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, text, data]);
}
const dict = (descr: string, shape: string, fortran = 'False'): string => `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
const doubles = (values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
const file = (bytes: Uint8Array) => ({ name: 'a.npy', bytes });

describe('NumPy arrays', () => {
  it('have the statistics and the differences of a direct computation', async () => {
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0, -0));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, fc.option(value, { nil: undefined })), { minLength: 1, maxLength: 60 }), async (pairs) => {
        const a = pairs.map(([x]) => x);
        const b = pairs.map(([x, y]) => y ?? x);
        const { facts, list } = await lookInside(file(npy(dict('<f8', `(${a.length},)`), doubles(a))), file(npy(dict('<f8', `(${a.length},)`), doubles(b))));
        const { differing, statistics, maxDifference } = facts as NpyFacts;
        const unequal = a.flatMap((x, i) => (x === b[i] || (Number.isNaN(x) && Number.isNaN(b[i])) ? [] : [i]));
        expect(differing).toBe(unequal.length);
        expect(list).toEqual(unequal.map((i) => ({ row: 'element', index: [i], before: String(a[i]), after: String(b[i]) })));
        const numbers = a.filter((x) => !Number.isNaN(x));
        expect(statistics.before).toMatchObject({ nan: a.length - numbers.length, elements: a.length, min: numbers.length === 0 ? null : String(Math.min(...numbers) + 0 === 0 ? Number(statistics.before?.min) : Math.min(...numbers)) });
        if (numbers.length > 0 && numbers.every(Number.isFinite)) expect(Number(statistics.before?.mean)).toBeCloseTo(numbers.reduce((sum, x) => sum + x, 0) / numbers.length, 6);
        const distances = unequal.map((i) => Math.abs((a[i] as number) - (b[i] as number))).filter((x) => !Number.isNaN(x));
        expect(maxDifference).toBe(distances.length === 0 ? null : String(Math.max(...distances)));
      }),
      { numRuns: 200 }
    );
  });

  it('keep every digit of 64-bit integers, and name an element by its place in either order', async () => {
    const ints = (values: readonly bigint[]): Uint8Array => new Uint8Array(BigInt64Array.from(values).buffer);
    const [a, b] = [[1n, 2n, 3n, 9007199254740993n, 5n, 6n], [1n, 2n, 3n, 9007199254740992n, 5n, 6n]];
    const c = await lookInside(file(npy(dict('<i8', '(2, 3)'), ints(a))), file(npy(dict('<i8', '(2, 3)'), ints(b))));
    expect(c).toMatchObject({ facts: { differing: 1, maxDifference: '1', statistics: { before: { max: '9007199254740993' } } }, list: [{ index: [1, 0], before: '9007199254740993' }] });
    const f = await lookInside(file(npy(dict('<i8', '(2, 3)', 'True'), ints(a))), file(npy(dict('<i8', '(2, 3)', 'True'), ints(b))));
    expect(f.list).toMatchObject([{ index: [1, 1] }]);
  });

  it('of other shapes, orders or types are told by their statistics, with the reason', async () => {
    const a = npy(dict('<f8', '(2, 2)'), doubles([1, 2, 3, 4]));
    expect(await lookInside(file(a), file(npy(dict('<f8', '(4,)'), doubles([1, 2, 3, 4]))))).toMatchObject({ rows: 0, facts: { differing: null, why: 'shape', statistics: { after: { mean: '2.5', max: '4' } } } });
    expect(await lookInside(file(a), file(npy(dict('<f8', '(2, 2)', 'True'), doubles([1, 2, 3, 4]))))).toMatchObject({ facts: { why: 'order', after: { order: 'F' } } });
    expect(await lookInside(file(a), file(npy(dict('<U4', '(2, 2)'), new Uint8Array(64))))).toMatchObject({ facts: { why: 'dtype', differing: null, statistics: { after: null } } });
    const floats = new Uint8Array(Float32Array.from([1, 2, 3, 5]).buffer);
    expect(await lookInside(file(a), file(npy(dict('<f4', '(2, 2)'), floats)))).toMatchObject({ facts: { why: null, differing: 1, maxDifference: '1' }, list: [{ index: [1, 1], before: '4', after: '5' }] });
  });

  it('whose header is not as the format has it are compared byte by byte; nothing in it is evaluated', async () => {
    const good = npy(dict('<f8', '(1,)'), doubles([1]));
    for (const header of ["{'descr': __import__('os').system('x'), 'fortran_order': False, 'shape': (1,)}", "{'descr': '<f8', 'shape': (1,)}", dict('<f8', '(1,)') + ' + 1', dict('<f8', '(99999999999999999999,)'), dict('<f8', '(2,)'), dict('<f8', '(-1,)'), dict('<f8', '[1]'), "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}"]) {
      expect(await lookInside(file(good), file(npy(header, doubles([1])))), header).toMatchObject({ facts: { kind: 'bytes' }, fallback: { wanted: 'npy', why: 'not-valid' } });
    }
    const lying = Buffer.from(good);
    lying.writeUInt16LE(65_535, 8);
    expect(readNpyHeader(lying)).toBeUndefined();
    expect(readNpyHeader(npy("{'descr': [('x', '<f8'), ('y]', '<i4', (2,))], 'fortran_order': False, 'shape': (), }", new Uint8Array(16), 3))).toMatchObject({ dtype: "[('x', '<f8'), ('y]', '<i4', (2,))]", shape: [], item: undefined });
  });
});

const numpy = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('npy: not judged by numpy, which is not here');
    return false;
  }
})();

describe.skipIf(!numpy)('NumPy arrays, beside numpy', () => {
  it('say what numpy says, of every plain type and order', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'varve-npy-'));
    const script = `
import numpy as np, json, sys
rng = np.random.default_rng(7)
out = []
for i, dtype in enumerate(['?', 'i1', 'u1', '<i2', '>i2', '<u4', '>i4', '<i8', '>u8', '<f2', '>f2', '<f4', '>f4', '<f8', '>f8', '<c8', '>c16', 'S5', '<U3']):
    shape = (4, 3, 5)
    base = rng.integers(0, 100, shape)
    other = np.where(rng.random(shape) < 0.2, rng.integers(0, 100, shape), base)
    a, b = base.astype(dtype), other.astype(dtype)
    if np.dtype(dtype).kind == 'f':
        a, b = a + a.dtype.type(0.25), b + b.dtype.type(0.25)
        a, b = a.astype(dtype), b.astype(dtype)
        a[0, 0, 0] = b[0, 0, 0] = np.nan
    if i % 2: a, b = np.asfortranarray(a), np.asfortranarray(b)
    np.save(f'{sys.argv[1]}/{i}a.npy', a); np.save(f'{sys.argv[1]}/{i}b.npy', b)
    kind = np.dtype(dtype).kind
    same = (a == b) | ((a != a) & (b != b))
    fact = {'dtype': dtype, 'differing': int((~same).sum()), 'index': np.argwhere(~same).tolist()}
    if kind in 'biuf':
        fact.update(min=float(np.nanmin(a)), max=float(np.nanmax(a)), mean=float(np.nanmean(a.astype('f8'))), nan=int((a != a).sum()), far=float(np.nanmax(np.abs(a.astype('f8') - b.astype('f8')))))
    out.append(fact)
print(json.dumps(out))`;
    try {
      const said = JSON.parse(execFileSync('python3', ['-c', script, folder], { encoding: 'utf8' })) as { dtype: string; differing: number; index: number[][]; min?: number; max?: number; mean?: number; nan?: number; far?: number }[];
      for (const [i, fact] of said.entries()) {
        const { facts, list } = await lookInside(file(readFileSync(join(folder, `${i}a.npy`))), file(readFileSync(join(folder, `${i}b.npy`))));
        const found = facts as NpyFacts;
        expect([found.kind, found.differing], fact.dtype).toEqual(['npy', fact.differing]);
        const places = list.map((row) => (row.row === 'element' ? row.index : []).join()).sort();
        expect(places, fact.dtype).toEqual(fact.index.map((place) => place.join()).sort());
        if (fact.mean === undefined) continue;
        expect([Number(found.statistics.before?.min), Number(found.statistics.before?.max), found.statistics.before?.nan, Number(found.maxDifference)], fact.dtype).toEqual([fact.min, fact.max, fact.nan, fact.far]);
        expect(Number(found.statistics.before?.mean), fact.dtype).toBeCloseTo(fact.mean, 9);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
