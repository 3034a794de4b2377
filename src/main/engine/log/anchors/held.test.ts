import { describe, expect, it } from 'vitest';
import { formatCheckpoint, formatNote, signText } from '../note/index.ts';
import { readHeld } from './held.ts';

const origin = 'varve/0123456789abcdef0123456789abcdef';
const root = Buffer.alloc(32, 0x5a);
const root64 = root.toString('base64');
const text = formatCheckpoint({ origin, size: 1204, root });
const line = signText({ text, name: origin, seed: new Uint8Array(32).fill(1) });
const note = formatNote(text, [line]);
const whole = { form: 'signed', size: 1204, root: root64, text: note };

describe('a checkpoint that is pasted', () => {
  const mailed = note.trimEnd().split('\n');
  it.each([
    ['as it is', note],
    ['without its last newline', note.trimEnd()],
    ['with the line ends of Windows', note.replaceAll('\n', '\r\n')],
    ['indented', note.replaceAll(/^/gm, '    ')],
    ['quoted twice in an answer', mailed.map((each) => `> > ${each}`).join('\n')],
    ['with a greeting and a signature', `Dear Ada,\nplease keep this:\n\n${note}\nYours, Bob\n-- \nBob`],
    ['with spaces at the ends of lines', note.replaceAll('\n', '  \n')],
    ['with another dash', note.replace('\u2014', '-')],
    ['with the dash typed as two', note.replace('\u2014', '--')],
    ['with the signature broken over lines', note.replace(line, line.replace(/ (\S{38})(\S+)\n$/, ' $1\n$2\n').replace(`${origin} `, `${origin}\n`))],
    ['as a request to a witness', `old 12\n\n${note}`]
  ])('%s is the same checkpoint', (_what, pasted) => {
    expect(readHeld(pasted, origin)).toMatchObject(whole);
  });

  it('may carry the signatures of witnesses after its own', () => {
    const cosigned = `${note}\u2014 stick.example ${Buffer.alloc(76, 7).toString('base64')}\n`;
    expect(readHeld(cosigned, origin)).toMatchObject({ form: 'signed', text: cosigned });
  });

  it('may be only its three lines', () => {
    expect(readHeld(text, origin)).toMatchObject({ form: 'unsigned', size: 1204, root: root64 });
  });

  it.each([
    ['1204 WlpaWlpa', 1204],
    ['  1204   WlpaWlpa\n', 1204],
    ['1,204 WlpaWlpa', 1204],
    ['1.204.551 WlpaWlpa', 1204551],
    ['1 204 551 WlpaWlpa', 1204551],
    ['1\u202f204 WlpaWlpa', 1204],
    [`${origin} 1204 WlpaWlpa`, 1204],
    [`1204 ${root64.slice(0, 43)}`, 1204]
  ])('may be typed from paper: %j', (typed, size) => {
    expect(readHeld(typed, origin)).toMatchObject({ form: 'short', size });
  });

  it('typed with its whole root is not weak', () => {
    expect(readHeld(`1204 ${root64}`, origin)).toMatchObject({ form: 'unsigned', size: 1204 });
  });

  it.each([
    ['nothing', ''],
    ['words', 'I hold a checkpoint'],
    ['too few characters', '1204 WlpaWlp'],
    ['no size', 'WlpaWlpa'],
    ['a size beyond 2^53 - 1', '9007199254740993 WlpaWlpa'],
    ['a root of another length', note.replace(root64, Buffer.alloc(31, 0x5a).toString('base64'))],
    ['a root with a changed character', note.replace(root64, root64.replace('W', '*'))],
    ['a leading zero', note.replace('\n1204\n', '\n01204\n')],
    ['a broken signature line', note.slice(0, -20)],
    ['another record', note.replaceAll(origin, 'varve/ffffffffffffffffffffffffffffffff')],
    ['the short form of another record', 'varve/ffffffffffffffffffffffffffffffff 1204 WlpaWlpa']
  ])('that is %s is refused with words', (_what, pasted) => {
    expect(() => readHeld(pasted, origin)).toThrowError(expect.objectContaining({ code: 'BAD_INPUT', data: { field: 'checkpoint', reason: expect.stringMatching(/.{10}/) } }));
  });

  it('with any amount of nothing around it is still read', () => {
    expect(readHeld(`${'\n'.repeat(90_000)}${note}${'\n'.repeat(90_000)}`, origin)).toMatchObject(whole);
    expect(readHeld(`${text}${' \n'.repeat(90_000)}`, origin)).toMatchObject({ form: 'unsigned' });
    expect(() => readHeld(`${'> '.repeat(90_000)}x`, origin)).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('of another record is named as such', () => {
    expect(() => readHeld(note.replaceAll(origin, 'varve/ffffffffffffffffffffffffffffffff'), origin)).toThrowError(/another record/);
  });
});
