import { describe, expect, it } from 'vitest';
import { findReferences, formatReference, parseReference } from './references.ts';

describe('secret:NAME', () => {
  it('is a reference as a whole or not at all', () => {
    expect(parseReference(formatReference('db.password-2'))).toBe('db.password-2');
    for (const text of ['secret:', 'secret:UPPER', 'secret:-x', ' secret:db', 'secret:db\n', 'xsecret:db', `secret:${'a'.repeat(64)}`, 'secret:db}']) expect(parseReference(text)).toBeUndefined();
  });

  it('is found anywhere in a definition, each name once', () => {
    expect(findReferences({ env: { A: 'secret:one', B: 'plain', C: ['secret:two', { d: 'secret:one' }] }, note: 'uses secret:three', none: null })).toEqual(['one', 'two']);
  });
});
