import { describe, expect, it } from 'vitest';
import { stateFormat, stateVersion } from '../state/dump.ts';
import { heldBy } from './held.ts';

const state = (change: object = {}): string => JSON.stringify({ format: stateFormat, version: stateVersion, home: null, settings: null, schema: [1], tables: { snapshot_notes: [], jobs: [] }, problems: [], ...change });
const where = { path: '/stick/a.tar.gz', known: [1, 2] };

describe('what of a home is in a package', () => {
  it('is counted, and is nothing where only the record is in it', () => {
    expect(heldBy(state(), where)).toEqual({ holds: { repositories: 0, plans: 0, jobs: 0 }, refusal: null });
    expect(heldBy(undefined, where)).toEqual({ holds: null, refusal: null });
  });

  it('is refused beforehand for the reason that a restore would give', () => {
    expect(heldBy('{}', where)).toEqual({ holds: null, refusal: 'is not as expected at format' });
    expect(heldBy(state({ schema: [1, 3] }), where)).toEqual({ holds: null, refusal: 'was made by a newer Varve (schema 3)' });
  });
});
