// What a reader is told about evidence that is whole: the verdict, what it was checked against, what stays open.
import { afterAll, describe, expect, it } from 'vitest';
import { keyFrom, noteOf, seeded, signatureLine } from './harness/formats.ts';
import { madeLog, MadeLog } from './harness/maker.ts';
import { createPlace, run, type Outcome } from './harness/verifier.ts';

const place = createPlace();
afterAll(() => place.dispose());

const log = madeLog(11);
const rotated = madeLog(12, { rotated: true, size: 40 });
const vkey = log.keys[0]!.vkey;
const erased = { 4: { state: 'erased', by: 5 } } as const;
const told = (outcome: Outcome): string => `${outcome.verdict} ${outcome.exit} ${[...outcome.lacks.map(({ code }) => code), ...(outcome.reason === null ? [] : [outcome.reason.code])].join()}`;
const codes = (outcome: Outcome): string[] => outcome.checks.map(({ code }) => code);

describe('a bundle', () => {
  it('of a whole log is verified with the key from outside: root, chain and contents', () => {
    const outcome = place.check('whole.varve-evidence', log.bundle({ states: { 1: { state: 'withheld' }, 2: { state: 'locked' }, ...erased } }), { keys: [vkey] });
    expect(outcome).toMatchObject({ verdict: 'verified', exit: 0, key: { vkey, from: 'given' }, counts: { entries: 13, opened: 9, withheld: 1, locked: 1, erased: 1, none: 1 } });
    expect(codes(outcome)).toEqual(['signed', 'complete', 'contents']);
    expect(outcome.notShown.map(({ code }) => code)).toEqual(['tail', 'truth', 'unopened', 'erased', 'claims']);
  });

  it('of chosen entries is verified by their proofs, at every size and place', () => {
    const small = madeLog(13, { size: 21 });
    for (let size = 7; size <= 21; size += 1) {
      const outcome = place.check('chosen.varve-evidence', small.bundle({ size, entries: [...Array(size).keys()].filter((index) => index % 3 !== 1) }), { keys: [small.keys[0]!.vkey] });
      expect([size, told(outcome), codes(outcome)]).toEqual([size, 'verified 0 ', ['signed', 'included', 'contents']]);
    }
  });

  it('without a key from outside is consistent, not verified, and the key to compare is printed; --require-key makes that not enough', () => {
    const file = place.file('own.varve-evidence', log.bundle());
    const plain = run([file]);
    expect([plain.code, plain.out]).toEqual([0, expect.stringContaining(`CONSISTENT, NOT VERIFIED.`)]);
    expect(plain.out).toContain(`the key came only from this file`);
    expect(plain.out.trim().split('\n').at(-1)).toBe(`  ${vkey}`);
    expect(run([file, '--require-key'])).toMatchObject({ code: 9, out: expect.stringContaining('the key came with the file only') });
    expect(run([file, '--require-key', '--key', vkey]).code).toBe(0);
  });

  it('is found among several keys that the reader holds, and --origin says which log it must be of', () => {
    const other = madeLog(19).keys[0]!.vkey;
    expect(told(place.check('one.varve-evidence', log.bundle(), { keys: [other, vkey] }))).toBe('verified 0 ');
    expect(told(place.check('one.tlog-proof', log.proofFile(1), { keys: [other, vkey] }))).toBe('verified 0 ');
    expect(told(place.check('one.varve-evidence', log.bundle(), { keys: [other] }))).toBe('refused 5 origin-differs');
    expect(told(place.check('one.varve-evidence', log.bundle(), { keys: [vkey], origin: madeLog(19).origin }))).toBe('refused 5 origin-differs');
    expect(told(place.check('one.varve-evidence', log.bundle(), { origin: log.origin }))).toBe('consistent 0 ');
  });

  it('walks changes of key from the first key, and from a later one that the reader got', () => {
    const states = { 4: { state: 'erased', by: 6 } } as const;
    for (const [key, check] of [[rotated.keys[0]!.vkey, 'signed-later'], [rotated.keys[1]!.vkey, 'signed']] as const) {
      const whole = place.check('rotated.varve-evidence', rotated.bundle({ states }), { keys: [key] });
      expect([told(whole), whole.rotations, codes(whole)]).toEqual(['verified 0 ', 1, ['rotations', check, 'complete', 'contents']]);
      const part = place.check('rotated.varve-evidence', rotated.bundle({ entries: [1, 9], older: [6] }), { keys: [key] });
      expect([told(part), codes(part)]).toEqual(['verified 0 ', ['rotations', check, 'older', 'included', 'contents']]);
    }
    const twice = madeLog(14, { rotated: true });
    twice.rotate();
    twice.append({ payload: { last: true } });
    expect(told(place.check('twice.varve-evidence', twice.bundle(), { keys: [twice.keys[0]!.vkey] }))).toBe('verified 0 ');
    // As handed out between two changes of key, and exactly at one.
    for (const size of [5, 6, 7, 13, 14]) expect([size, told(place.check('twice.varve-evidence', twice.bundle({ size }), { keys: [twice.keys[0]!.vkey] }))]).toEqual([size, 'verified 0 ']);
  });

  it('takes an erasure by number and a retention by range as the reason of a missing content', () => {
    const retired = new MadeLog(15);
    for (let at = 0; at < 6; at += 1) retired.append({ category: 'metrics', payload: { at } });
    retired.retire('metrics', 1, 3);
    const gone = (seqs: number[]) => Object.fromEntries(seqs.map((seq) => [seq, { state: 'erased', by: 6 } as const]));
    expect(told(place.check('retired.varve-evidence', retired.bundle({ states: gone([1, 2, 3]) })))).toBe('consistent 0 ');
    expect(told(place.check('retired.varve-evidence', retired.bundle({ entries: [2, 6], states: gone([2]) })))).toBe('consistent 0 ');
    expect(told(place.check('retired.varve-evidence', retired.bundle({ states: gone([3, 4]) })))).toBe('refused 5 erased-unexplained');
  });

  it('without entries proves nothing but its checkpoint: evidence missing', () => {
    expect(told(place.check('none.varve-evidence', log.bundle({ entries: [] }), { keys: [vkey] }))).toBe('unproven 9 no-entries');
    expect(told(place.check('empty.varve-evidence', new MadeLog(16).bundle()))).toBe('unproven 9 no-entries');
  });
});

describe('a checkpoint that the reader holds', () => {
  const other = madeLog(11, { size: 20 });
  const held = (checkpoint: string): string => place.file('held', checkpoint);
  it('is the same, continued, or proven by the bundle; the end is open only past it', () => {
    expect(codes(place.check('a.varve-evidence', log.bundle(), { keys: [vkey], checkpoint: held(log.checkpoint()) }))).toContain('held-same');
    for (const size of [0, 1, 7, 8, 12]) {
      const whole = place.check('a.varve-evidence', log.bundle(), { keys: [vkey], checkpoint: held(log.checkpoint(size)) });
      expect([told(whole), codes(whole).includes('held-older'), whole.held?.relation]).toEqual(['verified 0 ', true, 'older']);
      const part = place.check('a.varve-evidence', log.bundle({ entries: [3], older: [size] }), { keys: [vkey], checkpoint: held(log.checkpoint(size)) });
      expect([told(part), codes(part).includes('held-older')]).toEqual(['verified 0 ', true]);
    }
    const text = run([place.file('a.varve-evidence', log.bundle()), '--key', vkey, '--checkpoint', held(log.checkpoint(7))]);
    expect(text.out).toContain('VERIFIED with the key that you gave and against the checkpoint that you hold.');
  });

  it('that is newer tells that the file is behind: cut back, or old', () => {
    for (const bundle of [log.bundle(), log.bundle({ entries: [3] })]) {
      expect(told(place.check('a.varve-evidence', bundle, { keys: [vkey], checkpoint: held(other.checkpoint()) }))).toBe('behind 9 held-behind');
    }
    // Signed with a key that came after this file was made: nothing here can tell, and the file is behind all the same.
    const later = madeLog(11, { size: 20 });
    later.rotate();
    later.append({ payload: { after: true } });
    expect(told(place.check('a.varve-evidence', log.bundle(), { keys: [vkey], checkpoint: held(later.checkpoint()) }))).toBe('behind 9 held-behind');
    expect(run([place.file('a.varve-evidence', log.bundle()), '--checkpoint', held(other.checkpoint())]).out).toContain('BEHIND what you hold. Your checkpoint has 20 entries, this file shows only 13.');
  });

  it('that nothing leads to is not proven, unless the reader brings the proof', () => {
    const bundle = log.bundle({ entries: [3] });
    expect(told(place.check('a.varve-evidence', bundle, { keys: [vkey], checkpoint: held(log.checkpoint(5)) }))).toBe('unproven 9 held-unproven');
    const consistency = place.file('proof', log.consistency(5).join('\n') + '\n');
    expect(told(place.check('a.varve-evidence', bundle, { keys: [vkey], checkpoint: held(log.checkpoint(5)), consistency }))).toBe('verified 0 ');
    const newer = place.file('proof', other.consistency(13, 20).join('\n') + '\n');
    expect(told(place.check('a.varve-evidence', bundle, { keys: [vkey], checkpoint: held(other.checkpoint()), consistency: newer }))).toBe('verified 0 ');
  });

  it('of another history is the proof of two histories', () => {
    const forked = new MadeLog(17, log.origin);
    forked.keys[0] = log.keys[0]!;
    for (let at = 0; at < 13; at += 1) forked.append({ payload: { other: at } });
    for (const size of [4, 13]) {
      expect(told(place.check('a.varve-evidence', log.bundle(), { keys: [vkey], checkpoint: held(forked.checkpoint(size)) }))).toBe('refused 5 held-forked');
      expect(told(place.check('a.varve-evidence', log.bundle({ entries: [2], older: [4] }), { keys: [vkey], checkpoint: held(forked.checkpoint(size)) }))).toBe('refused 5 held-forked');
    }
  });

  it('of another log, or signed by another key, is refused', () => {
    const stranger = madeLog(18);
    expect(told(place.check('a.varve-evidence', log.bundle(), { checkpoint: held(stranger.checkpoint()) }))).toBe('refused 5 signature-none');
    const renamed = { ...log.keys[0]!, name: log.origin };
    expect(told(place.check('a.varve-evidence', log.bundle(), { checkpoint: held(noteOf(`varve/other\n3\n${Buffer.alloc(32).toString('base64')}\n`, [renamed])) }))).toBe('refused 5 held-other-log');
    // The same history signed with a key that the reader's checkpoint knows nothing of.
    const resigned = madeLog(11);
    resigned.keys[0] = keyFrom(resigned.origin, seeded(99).bytes(32));
    expect(told(place.check('a.varve-evidence', resigned.bundle(), { checkpoint: held(log.checkpoint()) }))).toBe('refused 5 signature-none');
  });
});

describe('a proof file', () => {
  it('proves its entry, opened or not, under the key from outside', () => {
    for (let index = 0; index < log.size; index += 1) {
      for (const open of [true, false]) {
        const outcome = place.check('one.tlog-proof', log.proofFile(index, { open }), { keys: [vkey] });
        expect([index, told(outcome), codes(outcome)]).toEqual([index, 'verified 0 ', ['signed', 'included', 'contents']]);
        expect(outcome.counts?.opened).toBe(open && index !== 3 ? 1 : 0);
      }
    }
  });

  it('carries no key: without one nothing is proven, and without its entry neither', () => {
    expect(told(place.check('one.tlog-proof', log.proofFile(2)))).toBe('unproven 9 key-missing');
    const bare = log.proofFile(2).replace(/^extra .*\n/m, '');
    expect(told(place.check('one.tlog-proof', bare, { keys: [vkey] }))).toBe('unproven 9 extra-missing');
  });

  it('is weighed against the checkpoint that the reader holds', () => {
    const held = place.file('held', log.checkpoint(13));
    expect(told(place.check('one.tlog-proof', log.proofFile(2), { keys: [vkey], checkpoint: held }))).toBe('verified 0 ');
    expect(told(place.check('one.tlog-proof', log.proofFile(2, { size: 9 }), { keys: [vkey], checkpoint: held }))).toBe('behind 9 held-behind');
    expect(told(place.check('one.tlog-proof', log.proofFile(2, { size: 9 }), { keys: [vkey], checkpoint: held, consistency: place.file('proof', `${log.consistency(9).join('\n')}\n`) }))).toBe('verified 0 ');
  });
});

describe('a checkpoint alone', () => {
  it('is verified with its key, and another key is refused', () => {
    expect(told(place.check('checkpoint', log.checkpoint(), { keys: [vkey] }))).toBe('verified 0 ');
    expect(told(place.check('checkpoint', log.checkpoint()))).toBe('unproven 9 key-missing');
    expect(told(place.check('checkpoint', log.checkpoint(), { keys: [keyFrom(log.origin, seeded(3).bytes(32)).vkey] }))).toBe('refused 5 signature-none');
    expect(told(place.check('checkpoint', log.checkpoint(), { keys: [rotated.keys[0]!.vkey] }))).toBe('refused 5 origin-differs');
  });

  it('and an older one are consistent by every proof, and by no other', () => {
    for (let newer = 1; newer <= 13; newer += 1) {
      for (let older = 1; older <= newer; older += 1) {
        const options = { keys: [vkey], checkpoint: place.file('older', log.checkpoint(older)), consistency: place.file('proof', log.consistency(older, newer).map((hash) => `${hash}\n`).join('')) };
        expect([older, newer, told(place.check('newer', log.checkpoint(newer), options))]).toEqual([older, newer, 'verified 0 ']);
        const request = `old ${older}\n${log.consistency(older, newer).map((hash) => `${hash}\n`).join('')}\n${log.checkpoint(newer)}`;
        expect([older, newer, told(place.check('request', request, { keys: [vkey], checkpoint: options.checkpoint }))]).toEqual([older, newer, 'verified 0 ']);
        if (newer === older) continue;
        const wrong = place.file('proof', log.consistency(older, newer).reverse().concat(log.consistency(older, newer)).map((hash) => `${hash}\n`).join(''));
        expect(told(place.check('newer', log.checkpoint(newer), { ...options, consistency: wrong }))).toBe('refused 5 consistency-bad');
      }
    }
  });

  it('and the proof of another pair of checkpoints is refused; with no older one at hand it proves nothing', () => {
    const request = (older: number, newer: number): string => `old ${older}\n${log.consistency(older, newer).map((hash) => `${hash}\n`).join('')}\n${log.checkpoint(newer)}`;
    expect(told(place.check('request', request(5, 13), { keys: [vkey] }))).toBe('unproven 9 held-needed');
    expect(told(place.check('request', request(5, 13), { keys: [vkey], checkpoint: place.file('older', log.checkpoint(6)) }))).toBe('refused 5 consistency-other');
    expect(told(place.check('request', request(5, 13), { keys: [vkey], checkpoint: place.file('older', log.checkpoint(13)) }))).toBe('refused 5 consistency-other');
    expect(told(place.check('request', request(5, 13), { keys: [vkey], checkpoint: place.file('older', log.checkpoint(0)) }))).toBe('refused 5 consistency-other');
    expect(told(place.check('request', request(0, 13), { keys: [vkey], checkpoint: place.file('older', log.checkpoint(0)) }))).toBe('verified 0 ');
    const options = { keys: [vkey], checkpoint: place.file('older', log.checkpoint(5)) };
    const malformed = [request(5, 13).replace('old 5', 'old 05'), request(5, 13).replace('old 5', 'old -5'), request(5, 13).slice(0, -log.checkpoint(13).length - 1), request(0, 13).replace('old 0\n', `old 0\n${log.consistency(5)[0]}\n`)];
    for (const text of malformed) expect([text, told(place.check('request', text, { ...options, ...(text.startsWith('old 0\n') ? { checkpoint: place.file('empty', log.checkpoint(0)) } : {}) }))]).toEqual([text, 'refused 5 consistency-form']);
    expect(told(place.check('newer', log.checkpoint(13), { ...options, consistency: place.file('proof', request(5, 13).replace('old 5\n', '')) }))).toBe('refused 5 consistency-form');
    expect(told(place.check('newer', log.checkpoint(13), { ...options, consistency: place.file('proof', request(5, 13)) }))).toBe('verified 0 ');
    expect(told(place.check('newer', log.checkpoint(13), { ...options, consistency: place.file('proof', request(5, 12)) }))).toBe('refused 5 consistency-other');
    expect(told(place.check('newer', log.checkpoint(13), { ...options, consistency: place.file('proof', request(6, 13)) }))).toBe('refused 5 consistency-other');
  });

  it('tells which witness saw it when, and that one has not', () => {
    const [first, second] = [keyFrom('witness.example/one', seeded(5).bytes(32), 4), keyFrom('witness.example/two', seeded(6).bytes(32), 4)];
    const seen = log.checkpoint() + signatureLine(log.text(), first, 1_800_000_000);
    expect(place.check('checkpoint', seen, { keys: [vkey], witnesses: [first.vkey] })).toMatchObject({ verdict: 'verified', witnesses: [{ vkey: first.vkey, time: '2027-01-15T08:00:00.000Z' }] });
    expect(told(place.check('checkpoint', seen, { keys: [vkey], witnesses: [first.vkey, second.vkey] }))).toBe('unproven 9 witness-missing');
    // Named twice, it is still one.
    expect(told(place.check('checkpoint', seen, { keys: [vkey, vkey], witnesses: [first.vkey, first.vkey] }))).toBe('verified 0 ');
    const forged = log.checkpoint() + signatureLine(log.text(7), first);
    expect(told(place.check('checkpoint', forged, { keys: [vkey], witnesses: [first.vkey] }))).toBe('refused 5 cosignature-bad');
    // In bundles and proof files as well.
    expect(place.check('w.varve-evidence', log.bundle({ head: { checkpoint: seen } }), { keys: [vkey], witnesses: [first.vkey] }).witnesses).toHaveLength(1);
    expect(place.check('w.tlog-proof', log.proofFile(1, { checkpoint: seen }), { keys: [vkey], witnesses: [first.vkey] }).witnesses).toHaveLength(1);
  });
});

describe('the words', () => {
  it('are Portuguese where the system or the reader says so, with the same verdict', () => {
    const file = place.file('own.varve-evidence', log.bundle());
    const portuguese = 'CONSISTENTE, NÃO VERIFICADO.';
    const environments: Record<string, string>[] = [{ LANG: 'pt_BR.UTF-8' }, { LANG: 'en_US.UTF-8', LC_ALL: 'pt_PT' }, { LANG: '', LC_MESSAGES: 'pt_BR' }];
    for (const env of environments) expect(run([file], { env }).out).toContain(portuguese);
    expect(run([file, '--language', 'pt-BR']).out).toContain(portuguese);
    expect(run([file, '--language=en'], { env: { LANG: 'pt_BR.UTF-8' } }).out).toContain('CONSISTENT, NOT VERIFIED.');
    expect(run(['--help', '--language', 'pt']).out).toMatch(/^Uso: /);
  });

  it('leave no value unnamed and no sentence in one language only', () => {
    const outcomes = [log.bundle({ states: erased }), log.bundle({ entries: [1], older: [4] }), log.bundle({ entries: [] })].map((bundle) => place.file(`${bundle.length}.varve-evidence`, bundle));
    for (const file of outcomes) {
      const [english, portuguese] = ['en', 'pt'].map((language) => run([file, '--language', language, '--checkpoint', place.file('held', log.checkpoint(4))]).out.split('\n'));
      expect(english).toHaveLength(portuguese!.length);
      for (const line of [...english!, ...portuguese!]) expect(line).not.toMatch(/\{\w+\}|undefined|\[object/);
      const same = english!.filter((line, at) => line === portuguese![at] && line.trim() !== '');
      expect(same.filter((line) => !line.includes(vkey))).toEqual([]);
    }
  });

  it('can list what was checked, and be one JSON document', () => {
    const file = place.file('own.varve-evidence', log.bundle({ entries: [1, 3], states: {} }));
    const listed = run([file, '--list']).out;
    expect(listed).toContain('1 2026-11-21T09:01:01.007Z a5d1c08e2b7f46390 note.added {"grams":12.4,');
    expect(listed).toContain('3 2026-11-21T09:03:03.021Z a5d1c08e2b7f46390 app.pinged\n');
    const document = JSON.parse(run([file, '--json']).out) as Outcome;
    expect(document).toMatchObject({ tool: 'varve-verify', version: 1, kind: 'bundle', verdict: 'consistent', exit: 0, key: { vkey, from: 'file' } });
  });
});

describe('the command line', () => {
  const file = place.file('own.varve-evidence', log.bundle());
  it('says what is wrong with its use, exit 2', () => {
    for (const args of [[], [file, file], [file, '--key'], [file, '--key', 'nothing+like+akey'], [file, '--ket', 'x'], [file, '--json=yes'], [file, '--language', 'fr'], [file, '--consistency', file], [file, '--origin', 'a', '--origin', 'b']]) {
      const { code, out, err } = run(args);
      expect([args.join(' '), code === 2, out]).toEqual([args.join(' '), true, '']);
      expect(err).toMatch(/^varve-verify: \S/);
    }
    const mistyped = vkey.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect(run([file, '--key', mistyped])).toMatchObject({ code: 2, err: expect.stringContaining('verifier key') });
    expect(run([file, '--key', keyFrom('w', seeded(5).bytes(32), 4).vkey])).toMatchObject({ code: 2, err: expect.stringContaining('wrong kind') });
  });

  it('says which file is missing, exit 4, and takes keys from files', () => {
    expect(run([place.path('nowhere')])).toMatchObject({ code: 4, err: expect.stringContaining('There is no such file') });
    expect(run([file, '--key', place.path('nowhere')]).code).toBe(4);
    expect(run([file, '--checkpoint', place.path('nowhere')]).code).toBe(4);
    expect(run([file, '--key', place.file('log.vkey', `${vkey}\n`)]).code).toBe(0);
    expect(JSON.parse(run([place.path('nowhere'), '--json']).out)).toMatchObject({ verdict: 'error', exit: 4, reason: { code: 'file-missing' } });
  });
});
