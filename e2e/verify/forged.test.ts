// Forgeries by somebody who knows the formats and makes every sum right again: each is refused, for its own reason.
import { afterAll, describe, expect, it } from 'vitest';
import { keyFrom, noteOf, rootOf, seeded } from './harness/formats.ts';
import { madeLog, MadeLog, type BundleWanted } from './harness/maker.ts';
import { createPlace, verifier, type Options } from './harness/verifier.ts';

const place = createPlace();
afterAll(() => place.dispose());

const log = madeLog(31);
const keys = [log.keys[0]!.vkey];
type Line = Record<string, unknown>;

function told(bundle: string, options: Options = { keys }): string {
  const { verdict, exit, reason, lacks, at } = place.check('forged.varve-evidence', bundle, options);
  return [verdict, exit, reason?.code ?? lacks[0]?.code, ...(at?.entry === undefined ? [] : [`entry ${at.entry}`])].join(' ');
}
const edited = (edit: BundleWanted['edit'], wanted: BundleWanted = {}): string => log.bundle({ ...wanted, edit });
const chosen = (edit: BundleWanted['edit'], entries = [1, 2, 5]): string => edited(edit, { entries });

describe('entries', () => {
  it('edited, removed, inserted, moved or doubled do not lead to the signed root', () => {
    const change = (at: number, from: string, to: string) => (_: Line, entries: Line[]): void => {
      entries[at]!['header'] = (entries[at]!['header'] as string).replace(from, to);
    };
    expect(told(edited(change(6, 'app.noted', 'app.moved')))).toBe('refused 5 chain-broken entry 7');
    expect(told(edited(change(12, 'app.noted', 'app.moved')))).toBe('refused 5 root-differs entry 12');
    expect(told(chosen(change(1, '"level":"info"', '"level":"warn"')))).toBe('refused 5 not-included entry 2');
    expect(told(edited((head, entries) => {
      entries.splice(6, 1);
      head['entries'] = 12;
    }))).toBe('refused 5 head-entries');
    expect(told(edited((head, entries) => {
      entries.splice(6, 1);
      Object.assign(head, { entries: 12, size: 12 });
    }))).toBe('refused 5 head-size');
    expect(told(edited((_, entries) => void entries.splice(6, 1, entries[7]!)))).toBe('refused 5 index-order entry 7');
    expect(told(edited((_, entries) => void entries.splice(6, 2, { ...entries[7]!, index: 6 }, { ...entries[6]!, index: 7 })))).toBe('refused 5 seq-differs entry 6');
    expect(told(chosen((_, entries) => void entries.splice(1, 1, entries[0]!)))).toBe('refused 5 index-order entry 1');
    expect(told(chosen((_, entries) => entries.reverse()))).toBe('refused 5 index-order entry 2');
    expect(told(chosen((_, entries) => Object.assign(entries[2]!, { index: 13 })))).toBe('refused 5 index-beyond entry 13');
  });

  it('that do not follow one another are noticed even where every sum above them fits', () => {
    const broken = new MadeLog(32);
    broken.append({ payload: { a: 1 } });
    broken.append({ fields: { prev: 'ab'.repeat(32) } });
    expect(told(broken.bundle(), {})).toBe('refused 5 chain-broken entry 1');
    const strange = new MadeLog(33);
    strange.append({ fields: { prev: 'ab'.repeat(32) } });
    expect(told(strange.bundle(), {})).toBe('refused 5 chain-broken entry 0');
    expect(told(strange.bundle({ entries: [0] }), {})).toBe('refused 5 chain-broken entry 0');
    strange.append({ fields: { seq: 7 } });
    expect(told(strange.bundle({ entries: [1] }), {})).toBe('refused 5 seq-differs entry 1');
  });

  it('need a proof of just the right length and order', () => {
    const withProof = (change: (proof: string[]) => unknown) => (_: Line, entries: Line[]): void => {
      const proof = change([...(entries[1]!['proof'] as string[])]);
      if (proof === undefined) delete entries[1]!['proof'];
      else entries[1]!['proof'] = proof;
    };
    const outcomes = [(proof: string[]) => proof.slice(1), (proof: string[]) => proof.slice(0, -1), (proof: string[]) => [...proof, proof[0]!], (proof: string[]) => proof.reverse(), () => []];
    for (const change of outcomes) expect(told(chosen(withProof(change)))).toBe('refused 5 not-included entry 2');
    expect(told(chosen(withProof((proof) => [...proof.slice(1), `${proof[0]} `])))).toBe('refused 5 hash-form entry 2');
    expect(told(chosen(withProof(() => Array(65).fill(Buffer.alloc(32).toString('base64')))))).toBe('refused 5 hash-list entry 2');
    expect(told(chosen(withProof(() => undefined)))).toBe('refused 5 field-missing');
    expect(told(edited((_, entries) => Object.assign(entries[2]!, { proof: [] })))).toBe('refused 5 field-unknown');
  });
});

describe('headers and contents', () => {
  const headerOf = (wanted: Parameters<MadeLog['append']>[0]): string => {
    const made = new MadeLog(34);
    made.append({ payload: { first: true } });
    made.append(wanted);
    return told(made.bundle(), {});
  };

  it('are refused in any form but the canonical one, even when the log itself signed it so', () => {
    expect(headerOf({ print: (fields) => JSON.stringify(fields) })).toBe('refused 5 not-canonical entry 1');
    expect(headerOf({ print: (fields) => JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([left], [right]) => (left < right ? -1 : 1)))).replace(',', ', ') })).toBe('refused 5 not-canonical entry 1');
    for (const payloadText of ['{"b":1,"a":2}', '{ "a":1}', '1.0', '1E3', '-0', '"\\u0041"', '"\\/"', '\u00a0']) expect([payloadText, headerOf({ payloadText })]).toEqual([payloadText, expect.stringMatching(/^refused 5 (not-canonical|json) entry 1$/)]);
    // As long as a content may be, and one byte more.
    expect(headerOf({ payloadText: JSON.stringify('x'.repeat(262_142)) })).toBe('consistent 0 ');
    expect(headerOf({ payloadText: JSON.stringify('x'.repeat(262_143)) })).toBe('refused 5 field-bad entry 1');
    for (const payloadText of ['{"a":1,"b":"é \\u0001 \\" 😀","c":[1e+30,0.1,1e-7,9007199254740991]}', 'null', '[]', '{"":{"__proto__":1}}', '{"10":1,"9":2}']) expect([payloadText, headerOf({ payloadText })]).toEqual([payloadText, 'consistent 0 ']);
  });

  it('are refused where two programs could read them differently', () => {
    const outcomes = { '{"a":1,"a":1}': 'json-twice', '9007199254740993': 'json-number', '9007199254740992': 'json-number', '1e400': 'json-number', '"\\ud800"': 'json-surrogate', '{"a":NaN}': 'json', '': 'json', 'nul': 'json', ['['.repeat(200) + ']'.repeat(200)]: 'json-deep' };
    for (const [payloadText, code] of Object.entries(outcomes)) expect([payloadText, headerOf({ payloadText })]).toEqual([payloadText, `refused 5 ${code} entry 1`]);
  });

  it('are refused with a field too many, too few, or out of its bounds', () => {
    const wrong: [Record<string, unknown>, string][] = [
      [{ extra: 1 }, 'field-unknown'], [{ level: undefined }, 'field-missing'], [{ v: 2 }, 'field-bad'], [{ v: '1' }, 'field-bad'], [{ id: '018f0000-0000-4000-8000-000000000000' }, 'field-bad'],
      [{ ts: '2026-11-21T09:00:00Z' }, 'field-bad'], [{ ts: '2026-02-30T09:00:00.000Z' }, 'field-bad'], [{ ts: '2026-11-21T09:00:00.000+00:00' }, 'field-bad'], [{ actor: 7 }, 'field-bad'], [{ action: 'App.Noted' }, 'field-bad'],
      [{ category: '' }, 'field-bad'], [{ level: null }, 'field-bad'], [{ prev: '' }, 'field-bad'], [{ payload: {} }, 'field-missing'], [{ payload: [] }, 'field-bad'], [{ subject: 'x'.repeat(4096) }, 'header-long'], [{ seq: 1.5 }, 'json-fraction'],
      [{ payload: { alg: 'sha256', commit: '00'.repeat(32), size: 1, enc: 'none' } }, 'field-bad'], [{ payload: { alg: 'hmac-sha256', commit: '00'.repeat(32), size: 262_145, enc: 'none' } }, 'field-bad']
    ];
    for (const [fields, code] of wrong) expect([fields, headerOf({ fields })]).toEqual([fields, `refused 5 ${code} entry 1`]);
  });

  it('contents that were swapped, edited, opened with another secret or of another length are altered', () => {
    const content = (change: (payload: Line, entries: Line[]) => void) => edited((_, entries) => change(entries[1]!['payload'] as Line, entries));
    expect(told(content((payload, entries) => Object.assign(payload, entries[6]!['payload'])))).toBe('refused 5 payload-size entry 1');
    expect(told(content((payload) => (payload['text'] = (payload['text'] as string).replace('12.4', '13.4'))))).toBe('refused 5 payload-altered entry 1');
    expect(told(content((payload, entries) => (payload['salt'] = (entries[6]!['payload'] as Line)['salt'])))).toBe('refused 5 payload-altered entry 1');
    expect(told(content((payload) => (payload['salt'] = (payload['salt'] as string).toUpperCase())))).toBe('refused 5 field-bad entry 1');
    expect(told(content((payload) => (payload['text'] += ' ')))).toBe('refused 5 payload-size entry 1');
    expect(told(content((payload) => (payload['extra'] = 1)))).toBe('refused 5 field-unknown entry 1');
    expect(told(content((payload) => (payload['state'] = 'constructor')))).toBe('refused 5 payload-state entry 1');
    expect(told(edited((_, entries) => (entries[1]!['payload'] = null)))).toBe('refused 5 payload-missing entry 1');
    expect(told(edited((_, entries) => (entries[3]!['payload'] = { state: 'withheld' })))).toBe('refused 5 payload-unexpected entry 3');
    expect(told(edited((_, entries) => (entries[1]!['payload'] = { state: 'locked' })))).toBe('refused 5 payload-locked entry 1');
  });

  it('contents called erased need a later opened entry in the same file that names them', () => {
    const erased = (index: number, by: number, rest: BundleWanted['states'] = {}, entries?: number[]) => told(log.bundle({ states: { [index]: { state: 'erased', by }, ...rest }, ...(entries === undefined ? {} : { entries }) }));
    expect(erased(4, 5)).toBe('verified 0 ');
    expect(erased(1, 5)).toBe('refused 5 erased-unexplained entry 5');
    expect(erased(4, 6)).toBe('refused 5 erased-unexplained entry 6');
    expect(erased(4, 4)).toBe('refused 5 erased-unexplained entry 4');
    expect(erased(6, 5)).toBe('refused 5 erased-unexplained entry 6');
    expect(erased(4, 99)).toBe('refused 5 erased-unexplained entry 4');
    expect(erased(4, 5, { 5: { state: 'withheld' } })).toBe('refused 5 erased-unexplained entry 5');
    expect(erased(4, 5, {}, [4])).toBe('refused 5 erased-unexplained');
    expect(erased(4, 5, {}, [4, 5])).toBe('verified 0 ');
    // An entry of somebody else that only looks like an erasure.
    const posed = new MadeLog(35);
    posed.append({ payload: { a: 1 } });
    posed.append({ action: 'log.erasure', category: 'app', payload: { seqs: [0] } });
    posed.append({ action: 'app.noted', category: 'record', payload: { seqs: [0] } });
    for (const by of [1, 2]) expect(told(posed.bundle({ states: { 0: { state: 'erased', by } } }), {})).toBe(`refused 5 erased-unexplained entry ${by}`);
  });
});

describe('very many erased contents', () => {
  const erasure = { seq: 1_000_000, action: 'log.erasure', category: 'record' };
  const retention = { ...erasure, action: 'log.retention' };
  const waiting = (count: number) => {
    const erasures = new verifier.Erasures();
    for (let index = 0; index < count; index += 1) erasures.wait(index, 'app', 1_000_000);
    return erasures;
  };
  const every = (count: number) => [...Array(count).keys()];

  it('are explained one by one as far as one content can name them, and by a range beyond', () => {
    expect(() => waiting(100_000).explain(erasure, { seqs: every(100_000) })).not.toThrow();
    expect(() => waiting(100_000).explain(erasure, { seqs: every(99_999) })).toThrow('erased-unexplained');
    expect(() => waiting(200_000).explain(erasure, { seqs: every(200_000) })).toThrow('erased-unexplained');
    expect(() => waiting(200_000).explain(retention, { category: 'app', from: 0, to: 199_999 })).not.toThrow();
    for (const content of [{ category: 'app', from: 1, to: 199_999 }, { category: 'app', from: 0, to: 199_998 }, { category: 'note', from: 0, to: 199_999 }]) expect(() => waiting(200_000).explain(retention, content)).toThrow('erased-unexplained');
    expect(() => waiting(1).finish()).toThrow('erased-unexplained');
  });

  it('that wait for ever more entries are refused before they fill the memory', () => {
    const erasures = new verifier.Erasures();
    expect(() => {
      for (let index = 0; index < 2_000_001; index += 1) erasures.wait(index, 'app', 10_000_000 + index);
    }).toThrow('erased-many');
  });
});

describe('the first line', () => {
  it('is refused with a field too many, too few or wrong', () => {
    const changes: [Line, string][] = [
      [{ extra: 1 }, 'field-unknown'], [{ filter: undefined }, 'field-missing'], [{ version: 2 }, 'field-bad'], [{ format: 'varve' }, 'field-bad'], [{ created: 'yesterday' }, 'field-bad'], [{ complete: 1 }, 'field-bad'], [{ entries: -1 }, 'field-bad'],
      [{ size: 1e300 }, 'field-bad'], [{ disclosure: 'all' }, 'field-bad'], [{ filter: [] }, 'field-bad'], [{ rotations: {} }, 'field-bad'], [{ consistency: [{}] }, 'field-missing'], [{ rotations: [null] }, 'not-object'], [{ size: 12 }, 'head-size'],
      [{ checkpoint: log.checkpoint(12) }, 'head-size'], [{ checkpoint: log.text() }, 'note-form'], [{ origin: 'varve/other' }, 'origin-differs'], [{ vkey: 'x' }, 'vkey-form'], [{ vkey: keyFrom('varve/other', seeded(1).bytes(32)).vkey }, 'vkey-name'],
      [{ vkey: keyFrom(log.origin, seeded(1).bytes(32), 4).vkey }, 'vkey-type'], [{ consistency: [{ checkpoint: log.checkpoint(5), proof: log.consistency(6) }] }, 'consistency-bad']
    ];
    for (const [change, code] of changes) expect([change, told(edited((head) => Object.assign(head, change)))]).toEqual([change, `refused 5 ${code}`]);
    expect(told(edited((head) => Object.assign(head, { checkpoint: noteOf(log.text() + 'more\n', log.keys) })))).toBe('refused 5 checkpoint-lines');
  });

  it('signed with a key that is not the pinned one is refused, whatever key it brings along', () => {
    const own = new MadeLog(36, log.origin);
    own.append({ payload: { invented: true } });
    expect(told(own.bundle())).toBe('refused 5 key-foreign');
    // The right key is shown, another one signed.
    expect(told(own.bundle({ head: { vkey: keys[0] } }))).toBe('refused 5 signature-none');
    expect(told(edited((head) => Object.assign(head, { checkpoint: noteOf(log.text(), [{ ...own.keys[0]!, id: log.keys[0]!.id }]) })))).toBe('refused 5 signature-bad');
  });
});

describe('changes of key', () => {
  const made = (): MadeLog => madeLog(37, { rotated: true, size: 20 });
  const first = [made().keys[0]!.vkey];
  const told1 = (bundle: string): string => told(bundle, { keys: first });
  const rotation = (change: (rotation: Line, log: MadeLog) => void, wanted: BundleWanted = {}): string => {
    const rotated = made();
    return told1(rotated.bundle({ ...wanted, edit: (head) => change((head['rotations'] as Line[])[0]!, rotated) }));
  };

  it('must be signed with both keys, be recorded in the tree that both signed, and name both', () => {
    expect(rotation(() => undefined)).toBe('verified 0 ');
    expect(rotation((each, rotated) => (each['checkpoint'] = rotated.checkpoint(6, [rotated.keys[1]!])))).toBe('refused 5 rotation-signatures');
    expect(rotation((each, rotated) => (each['checkpoint'] = rotated.checkpoint(6, [rotated.keys[0]!])))).toBe('refused 5 rotation-signatures');
    expect(rotation((each, rotated) => (each['checkpoint'] = rotated.checkpoint(7, rotated.keys)))).toBe('refused 5 rotation-size');
    expect(rotation((each, rotated) => Object.assign(each, { checkpoint: rotated.checkpoint(5, rotated.keys), index: 4 }))).toBe('refused 5 rotation-entry');
    expect(rotation((each) => (each['proof'] = []))).toBe('refused 5 rotation-proof');
    expect(rotation((each, rotated) => (each['proof'] = rotated.path(5)))).toBe('refused 5 rotation-proof');
    expect(rotation((each, rotated) => (each['vkey'] = keyFrom(rotated.origin, seeded(9).bytes(32)).vkey))).toBe('refused 5 rotation-keys');
    expect(rotation((each, rotated) => Object.assign(each, { payload: rotated.entries[6]!.payload, salt: rotated.entries[6]!.salt }))).toBe('refused 5 payload-size');
  });

  it('by somebody who holds only the new key are refused: an old signed tree does not name it', () => {
    // The thief takes an honest checkpoint of the old key, signs it too, and shows a tree of their own that records the change.
    const honest = madeLog(38, { size: 8 });
    const thief = new MadeLog(39, honest.origin);
    thief.keys[0] = honest.keys[0]!;
    for (let at = 0; at < 7; at += 1) thief.append({ payload: { invented: at } });
    thief.rotate();
    const forged = thief.bundle({ edit: (head) => ((head['rotations'] as Line[])[0]!['checkpoint'] = noteOf(honest.text(8), [honest.keys[0]!, thief.keys[1]!])) });
    expect(told(forged, { keys: [honest.keys[0]!.vkey] })).toBe('refused 5 rotation-proof');
  });

  it('must all be shown, in order, and the old key signs nothing after them', () => {
    const rotated = made();
    expect(told1(rotated.bundle({ head: { rotations: [] } }))).toBe('refused 5 signature-none');
    expect(told1(rotated.bundle({ head: { rotations: [], checkpoint: rotated.checkpoint(20, [rotated.keys[0]!]) } }))).toBe('refused 5 rotation-unlisted entry 5');
    expect(told1(rotated.bundle({ head: { checkpoint: rotated.checkpoint(20, [rotated.keys[0]!]) } }))).toBe('refused 5 signature-none');
    expect(told1(rotated.bundle({ edit: (head) => ((head['rotations'] as Line[])[1] = (head['rotations'] as Line[])[0]!) }))).toBe('refused 5 rotation-keys');
    expect(told1(rotated.bundle({ older: [4], entries: [1], edit: (head) => ((head['consistency'] as Line[])[0]!['checkpoint'] = rotated.checkpoint(4, [rotated.keys[1]!])) }))).toBe('refused 5 signature-none');
    expect(told1(rotated.bundle({ size: 5, edit: (head) => (head['rotations'] = JSON.parse(rotated.bundle().split('\n')[0]!).rotations) }))).toBe('refused 5 rotation-order');
  });

  it('do not hide that the history before them was replaced with the new key', () => {
    const rotated = made();
    const replaced = new MadeLog(40, rotated.origin);
    replaced.keys.splice(0, 1, ...rotated.keys);
    for (let at = 0; at < 20; at += 1) replaced.append({ payload: { invented: at } });
    const { rotations } = JSON.parse(rotated.bundle().split('\n')[0]!) as { rotations: Line[] };
    const checkpoint = noteOf(`${rotated.origin}\n20\n${rootOf(replaced.leaves()).toString('base64')}\n`, [rotated.keys[1]!]);
    expect(told1(replaced.bundle({ entries: [1], head: { rotations, checkpoint } }))).toBe('refused 5 rotation-unproven');
    expect(told1(replaced.bundle({ head: { rotations, checkpoint } }))).toBe('refused 5 rotation-unproven entry 5');
    // Even to somebody who holds a checkpoint of the replaced history, of just the size of the change.
    const held = place.file('held', replaced.checkpoint(6, rotated.keys));
    expect(told(replaced.bundle({ head: { rotations, checkpoint } }), { keys: first, checkpoint: held })).toBe('refused 5 rotation-unproven entry 5');
  });
});

describe('proof files', () => {
  const proof = (change: Parameters<MadeLog['proofFile']>[1], index = 1, edit = (text: string) => text): string => {
    const { verdict, exit, reason } = place.check('forged.tlog-proof', edit(log.proofFile(index, change)), { keys });
    return [verdict, exit, reason?.code].join(' ');
  };
  it('are refused with an entry, a place, a content or a checkpoint that is not its own', () => {
    expect(proof({})).toBe('verified 0 ');
    expect(proof({ extra: { header: log.entries[2]!.header } })).toBe('refused 5 seq-differs');
    expect(proof({ extra: { header: log.entries[1]!.header.replace('note.added', 'note.edited') } })).toBe('refused 5 not-included');
    expect(proof({ extra: { payload: log.entries[6]!.payload } })).toBe('refused 5 payload-size');
    expect(proof({ extra: { payload: '1', salt: '00'.repeat(32) } }, 3)).toBe('refused 5 payload-unexpected');
    const strange = new MadeLog(33);
    strange.append({ fields: { prev: 'ab'.repeat(32) } });
    expect(place.check('forged.tlog-proof', strange.proofFile(0), { keys: [strange.keys[0]!.vkey] })).toMatchObject({ exit: 5, reason: { code: 'chain-broken' } });
    expect(proof({ extra: { more: 1 } })).toBe('refused 5 field-unknown');
    expect(proof({ open: false, extra: { salt: log.entries[1]!.salt } })).toBe('refused 5 field-missing');
    expect(proof({ checkpoint: log.checkpoint(12) })).toBe('refused 5 not-included');
    expect(proof({ checkpoint: log.checkpoint(1) })).toBe('refused 5 not-included');
    expect(proof({}, 1, (text) => text.replace('index 1', 'index 01'))).toBe('refused 5 proof-form');
    expect(proof({}, 1, (text) => text.replace('index 1', 'index 2'))).toBe('refused 5 seq-differs');
    expect(proof({}, 1, (text) => text.replace('\n\n', '\n\n\n'))).toBe('refused 5 checkpoint-form');
    expect(proof({}, 1, (text) => text.replaceAll('\n', '\r\n'))).toBe('refused 5 proof-form');
  });
});
