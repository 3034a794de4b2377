import { describe, expect, it } from 'vitest';
import { BadWhere, createTest, parseWhere } from './where.ts';

const holds = (text: string, payload: unknown): boolean => createTest(parseWhere(text))(payload);
const problemOf = (text: string): [string, number] | undefined => {
  try {
    parseWhere(text);
    return undefined;
  } catch (error) {
    if (error instanceof BadWhere) return [error.problem, error.at];
    throw error;
  }
};

describe('a condition on payloads', () => {
  const payload = { loss: 0.5, run: '7', epoch: 7, ok: true, none: null, tags: ['rascunho', 'Ação', 3], deep: { 'a b': [{ x: 1 }, { x: 2 }] }, message: 'Calibração do sensor', 'quo"te': 1, '0': 'zero' };

  it.each<[string, boolean]>([
    ['payload.loss > 0.4', true],
    ['payload.loss > 0.5', false],
    ['payload.loss >= 0.5', true],
    ['payload.loss < 1e0', true],
    ['payload.loss<=0.49', false],
    ['payload.epoch = 7', true],
    ['payload.epoch = "7"', false],
    ['payload.run = 7', false],
    ["payload.run = '7'", true],
    ['payload.run > "69"', true],
    ['payload.run > 6', false],
    ['payload.ok = true', true],
    ['payload.ok = 1', false],
    ['payload.none = null', true],
    ['payload.nothing = null', false],
    ['payload.none exists', true],
    ['payload.nothing exists', false],
    ['not payload.nothing exists', true],
    ['payload.nothing != 3', false],
    ['payload.epoch != 3', true],
    ['payload.message ~ calibracao', true],
    ['payload.message ~ "SENSOR"', true],
    ['payload.message !~ motor', true],
    ['payload.nothing !~ motor', false],
    ['payload.epoch ~ 7', false],
    ['payload.tags ~ ação', true],
    ['payload.tags ~ 3', true],
    ['payload.tags ~ final', false],
    ['payload.tags[0] = rascunho', true],
    ['payload.tags[9] exists', false],
    ['payload.tags.length exists', false],
    ['payload.deep["a b"][1].x = 2', true],
    ["payload['quo\"te'] = 1", true],
    ['payload["quo\\"te"] = 1', true],
    ['payload["0"] = zero', true],
    ['payload[0] exists', false],
    ['payload.constructor exists', false],
    ['payload exists', true],
    ['payload.loss > 0.9 or payload.epoch = 7', true],
    ['payload.loss > 0.9 and payload.epoch = 7 or payload.ok = true', true],
    ['payload.loss > 0.9 and (payload.epoch = 7 or payload.ok = true)', false],
    ['not (payload.loss > 0.9) and not not payload.ok = true', true]
  ])('%s: %s', (text, expected) => expect(holds(text, payload)).toBe(expected));

  it('finds nothing in an entry without a payload, except what is asked for by not', () => {
    expect(holds('payload.x = 1', undefined)).toBe(false);
    expect(holds('payload.x != 1', undefined)).toBe(false);
    expect(holds('not payload.x exists', undefined)).toBe(true);
    expect(holds('payload ~ "just"', 'just a text')).toBe(true);
  });

  it.each<[string, [string, number]]>([
    ['', ['empty', 0]],
    ['   ', ['empty', 0]],
    ['loss > 1', ['path', 0]],
    ['payloads.x > 1', ['path', 0]],
    ['payload.', ['name', 8]],
    ['payload..x', ['name', 8]],
    ['payload.1x = 1', ['name', 8]],
    ['payload[x] = 1', ['index', 8]],
    ['payload["x" = 1', ['index', 12]],
    ['payload.x', ['operator', 9]],
    ['payload.x like 3', ['operator', 10]],
    ['payload.x =', ['value', 11]],
    ['payload.x = = 3', ['value', 12]],
    ['payload.x = 1e999', ['value', 12]],
    ['payload.x = "open', ['text-open', 12]],
    ['(payload.x = 1', ['parenthesis', 14]],
    ['payload.x = 1)', ['rest', 13]],
    ['payload.x = 1 payload.y = 2', ['rest', 14]],
    ["payload.x = 1; DROP TABLE entries", ['rest', 15]]
  ])('refuses %j and says where', (text, expected) => expect(problemOf(text)).toEqual(expected));

  it('has limits, so that no condition can grow without end', () => {
    expect(problemOf(`payload.x = ${'y'.repeat(1000)}`)?.[0]).toBe('too-long');
    expect(problemOf(Array.from({ length: 31 }, () => 'payload.x=1').join(' or '))?.[0]).toBe('too-many');
    expect(problemOf(`${'('.repeat(40)}payload.x=1`)?.[0]).toBe('too-deep');
    expect(problemOf(`payload${'.x'.repeat(70)} = 1`)?.[0]).toBe('too-deep');
    expect(problemOf(`${'not '.repeat(40)}payload.x=1`)?.[0]).toBe('too-deep');
  });
});
