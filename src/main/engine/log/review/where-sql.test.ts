// The cheap test in SQL may let too much through, never too little.
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createTest, parseWhere, type Operator, type Where } from '../../../../contract/where.ts';
import { canonicalize } from '../jcs.ts';
import { looseClause } from './where-sql.ts';

const db = new BetterSqlite3(':memory:');
afterAll(() => db.close());

function passes(where: Where, body: string): boolean {
  const clause = looseClause(where);
  return clause === undefined || db.prepare(`SELECT ${clause.text} FROM (SELECT ? AS body)`).pluck().get(...clause.parameters, body) === 1;
}

const names = ['a', 'b', 'ação', 'x y', 'q"t', 'b\\s', '0', 'constructor'];
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constantFrom(0.1, 0.1 + 0.2, 1 / 3, 1e-320, 123456789.12345679, 9007199254740991, 5e-324, 1.7976931348623157e308));
const text = fc.oneof(fc.constantFrom('', '1', 'true', 'Ação', 'draft', '💥', '\u0000', 'a\u0001b', '\ufb33'), fc.string({ unit: 'grapheme', maxLength: 6 }));
const leaf = fc.oneof(number, text, fc.boolean(), fc.constant(null));
const payload = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3 }))
})).value;
const path = fc.array(fc.oneof(fc.constantFrom(...names), fc.integer({ min: 0, max: 2 })), { maxLength: 3 });
const operator = fc.constantFrom<Operator>('=', '!=', '<', '<=', '>', '>=', '~', '!~', 'exists');

const resolve = (value: unknown, steps: readonly (string | number)[]): unknown => steps.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[step] : undefined), value);

describe('the SQL form of a condition', () => {
  it('lets everything through that holds (seed 2026)', () => {
    let held = 0;
    fc.assert(
      fc.property(payload, fc.array(fc.record({ path, operator, value: leaf, own: fc.boolean() }), { minLength: 1, maxLength: 3 }), fc.constantFrom('and', 'or', 'not'), (value, tests, kind) => {
        // Half of the tests ask for the very value that is there, where equality and its neighbours are decided.
        const of = tests.map((test): Where => {
          const there = resolve(value, test.path);
          const wanted = test.own && (typeof there === 'number' || typeof there === 'string' || typeof there === 'boolean') ? there : test.value;
          return { kind: 'test', path: test.path, operator: test.operator, value: wanted };
        });
        const where: Where = kind === 'not' ? { kind, of: of[0] as Where } : { kind: kind as 'and' | 'or', of };
        const body = canonicalize(value, { maxDepth: 64, exactIntegers: false, skipUndefined: false });
        if (!createTest(where)(JSON.parse(body))) return;
        held += 1;
        expect(passes(where, body)).toBe(true);
      }),
      { seed: 2026, numRuns: 4000 }
    );
    expect(held).toBeGreaterThan(500);
  });

  it('keeps out what it can tell: that is what it is for', () => {
    const body = '{"epoch":7,"loss":0.25,"run":"r7"}';
    for (const where of ['payload.loss > 0.5', 'payload.epoch = 8', 'payload.run = r8', 'payload.none exists', 'payload.epoch ~ 7', 'payload.loss > 0.5 or payload.epoch = 8', 'payload.loss < 0.5 and payload.epoch = 8']) expect([where, passes(parseWhere(where), body)]).toEqual([where, false]);
  });

  it('is not stopped by a body that is not JSON', () => expect(passes(parseWhere('payload.a = 1'), '{"a":1')).toBe(true));
});
