import { describe, expect, it } from 'vitest';
import { encodeBase64, parseVkey, signText } from '../log/note/index.ts';
import { judge, type Followed } from './judge.ts';
import { formatRequest, parseRequest, requestLimitBytes } from '../log/note/witness-request.ts';
import { answerBody } from './answer.ts';
import { createToyLog } from './testing.ts';

const log = createToyLog({ fromLeaf: 5 });
const other = createToyLog({ word: 'b', fromLeaf: 5 });
const stranger = createToyLog({ seed: 6 });
const elsewhere = createToyLog({ origin: 'varve/elsewhere' });
const keys = [parseVkey(log.vkey)];
const at = (size: number, from = log): Followed => ({ size, root: from.root(size) });

describe('a witness', () => {
  it.each([
    // what it holds, what is asked, what it says
    ['the first checkpoint of a log', null, log.request(0, 7), 200],
    ['the empty tree first', null, log.request(0, 0), 200],
    ['growth after the empty tree', at(0), log.request(0, 7), 200],
    ['growth by one', at(7), log.request(7, 8), 200],
    ['growth from a power of two', at(8), log.request(8, 100), 200],
    ['the same checkpoint again', at(7), log.request(7, 7), 200],
    ['the common part of two histories', at(5), other.request(5, 9), 200],
    ['a first checkpoint from the middle', null, log.request(3, 7), 409],
    ['an old size that is behind', at(7), log.request(5, 9), 409],
    ['an old size that is ahead', at(7), log.request(8, 9), 409],
    ['old size 0 from a log it knows', at(7), log.request(0, 9), 409],
    ['a smaller checkpoint', at(7), log.request(5, 5), 409],
    ['an old size above the checkpoint', at(7), log.request(7, 6), 400],
    ['the same size with another root', at(9), other.request(9, 9), 409],
    ['another history from the same size', at(9), other.request(9, 12), 422],
    ['no proof where one is needed', at(7), formatRequest({ oldSize: 7, proof: [], note: log.note(9) }), 422],
    ['a proof for the first checkpoint', null, formatRequest({ oldSize: 0, proof: [log.root(1)], note: log.note(9) }), 422],
    ['a proof for the same checkpoint', at(7), formatRequest({ oldSize: 7, proof: [log.root(1)], note: log.note(7) }), 422],
    ['a hash too many', at(7), log.request(7, 9).replace('\n\n', `\n${encodeBase64(log.root(1))}\n\n`), 422],
    ['the proof of other sizes', at(7), formatRequest({ oldSize: 7, proof: parseRequest(log.request(6, 9)).proof, note: log.note(9) }), 422],
    ['a key nobody trusts', at(7), stranger.request(7, 9), 403],
    ['a known key with a false signature', at(7), log.request(7, 9).replace(/^(— varve\/toy .{20})(.)/m, (_all, head: string, one: string) => head + (one === 'A' ? 'B' : 'A')), 403]
  ])('is asked for %s', (_what, followed, request, status) => {
    const ruling = judge(parseRequest(request), keys, followed);
    expect(ruling.kind === 'cosign' ? 200 : ruling.answer.status).toBe(status);
  });

  it('does not know a log nobody told it to follow', () => {
    expect(judge(parseRequest(elsewhere.request(0, 3)), undefined, null)).toMatchObject({ kind: 'refuse', answer: { status: 404 } });
  });

  it('says in a 409 how far it has come, whatever was asked', () => {
    const ruling = judge(parseRequest(log.request(0, 3)), keys, at(7));
    expect(ruling).toMatchObject({ kind: 'refuse', fork: false, answer: { status: 409, reason: 'other-size', size: 7, asked: 3 } });
    expect(ruling.kind === 'refuse' && answerBody(ruling.answer)).toEqual({ type: 'text/x.tlog.size', body: '7\n' });
  });

  it('sees a fork in a signed checkpoint of the size it holds, with whatever old size it comes', () => {
    for (const oldSize of [0, 5, 9]) expect(judge(parseRequest(other.request(oldSize, 9)), keys, at(9)), String(oldSize)).toMatchObject({ kind: 'refuse', fork: true, answer: { status: 409, reason: 'fork', size: 9 } });
    expect(judge(parseRequest(createToyLog({ word: 'b', seed: 6 }).request(9, 9)), keys, at(9))).toMatchObject({ fork: false, answer: { status: 403 } });
  });

  it('takes a checkpoint that one of two trusted keys signed, and ignores the lines of others', () => {
    const both = [parseVkey(stranger.vkey), ...keys];
    expect(judge(parseRequest(log.request(0, 9)), both, null).kind).toBe('cosign');
    const text = parseRequest(log.request(0, 9)).note.text;
    const extra = log.request(0, 9) + signText({ text, name: 'somebody.example', seed: new Uint8Array(32).fill(8) });
    expect(judge(parseRequest(extra), keys, null)).toMatchObject({ kind: 'cosign', signatures: [{ name: log.origin }] });
  });
});

describe('a request', () => {
  it('comes back as it was written', () => {
    const { oldSize, proof, checkpoint } = parseRequest(log.request(13, 40));
    expect([oldSize, checkpoint.origin, checkpoint.size]).toEqual([13, log.origin, 40]);
    expect(formatRequest({ oldSize, proof, note: log.note(40) })).toBe(log.request(13, 40));
    expect(parseRequest(Buffer.from(log.request(13, 40), 'utf8'))).toEqual(parseRequest(log.request(13, 40)));
  });

  const good = log.request(7, 9);
  it.each([
    ['nothing', ''],
    ['only a note', log.note(9)],
    ['no old line', good.replace('old 7\n', '')],
    ['a sign', good.replace('old 7', 'old +7')],
    ['a leading zero', good.replace('old 7', 'old 07')],
    ['a negative size', good.replace('old 7', 'old -7')],
    ['two spaces', good.replace('old 7', 'old  7')],
    ['another word', good.replace('old 7', 'Old 7')],
    ['a size beyond 2^53 - 1', good.replace('old 7', 'old 9007199254740993')],
    ['a checkpoint beyond 2^53 - 1', good.replace('\n9\n', '\n9007199254740993\n')],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    ['a hash of 31 bytes', good.replace('old 7\n', `old 7\n${encodeBase64(new Uint8Array(31))}\n`)],
    ['a hash that is not base64', good.replace('old 7\n', 'old 7\n!!!!\n')],
    ['base64 with spare bits', good.replace('old 7\n', `old 7\n${encodeBase64(new Uint8Array(32)).replace(/A=$/, 'B=')}\n`)],
    ['64 hashes', good.replace('old 7\n', `old 7\n${`${encodeBase64(new Uint8Array(32))}\n`.repeat(64)}`)],
    ['no signatures', good.slice(0, good.indexOf('—'))],
    ['no last newline', good.slice(0, -1)],
    ['text after the signatures', `${good}more\n`],
    ['too much', good + '— a '.repeat(requestLimitBytes)],
    ['invalid UTF-8', Buffer.concat([Buffer.from(good, 'utf8'), Uint8Array.of(0xff)])]
  ])('with %s is refused', (_what, request) => {
    expect(() => parseRequest(request)).toThrowError(expect.objectContaining({ name: 'BadNote' }));
  });

  it('with 63 hashes can still be read', () => {
    expect(parseRequest(good.replace(/^old 7\n[^]*?\n\n/, `old 7\n${`${encodeBase64(new Uint8Array(32))}\n`.repeat(63)}\n`)).proof).toHaveLength(63);
  });
});
