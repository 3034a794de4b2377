// What an open log hands out, judged by Go's sumdb/note and sumdb/tlog: the tiles folder as a mirror reads it, and proofs out of proof files,
// bundles and consistency proofs.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '../index.ts';
import { encodeBase64, parseProofFile } from '../note/index.ts';
import { createJudge, hasGo, type Judge, type Question } from '../testing/go-judge.ts';
import { readRequest } from '../note/witness-request.ts';
import { bundleOf, createWorkshop, fill, origin, takeApart, testVkey, type Workshop } from './testing.ts';

const withGo = hasGo();
if (!withGo) console.log('skipped: no Go with golang.org/x/mod; on Debian install golang-go and golang-golang-x-mod-dev');

describe.runIf(withGo)('Go', () => {
  let judge: Judge;
  let shop: Workshop;
  let log: EventLog;
  beforeAll(() => {
    judge = createJudge();
    shop = createWorkshop();
    log = shop.open('log.db');
    fill(log, 1500);
    log.checkpoints.sign();
    fill(log, 300);
  }, 300_000);
  afterAll(() => {
    log?.close();
    shop?.remove();
    judge?.close();
  });

  it('mirrors the exported tiles, entry by entry, and stops at the first changed byte of any file', async () => {
    const folder = shop.at('tiles');
    const { size } = await log.evidence.tiles({ path: folder }, 'ada', {});
    const ask = (): ReturnType<Judge['ask']> => judge.ask([{ kind: 'tiles', folder, keys: [testVkey()] }]);
    expect(ask()[0]).toMatchObject({ ok: true, origin, size, verified: 1 });
    const width = size % 256;
    for (const path of ['checkpoint', 'tile/0/000', 'tile/0/003', `tile/0/007.p/${width}`, 'tile/1/000.p/7', 'tile/entries/004', `tile/entries/007.p/${width}`]) {
      const target = join(folder, path);
      const good = readFileSync(target);
      const bad = Buffer.from(good);
      bad[40] = (bad[40] as number) ^ 4;
      writeFileSync(target, bad);
      expect(ask()[0]?.ok, path).toBe(false);
      writeFileSync(target, good);
    }
    expect(ask()[0]?.ok).toBe(true);
    mkdirSync(dirname(shop.at('other/x')), { recursive: true });
    appendFileSync(join(folder, 'tile/entries/000'), 'x');
    expect(ask()[0]?.ok).toBe(false);
  });

  it('accepts checkpoint and proof out of proof files, and the proofs of a bundle', async () => {
    const questions: Question[] = [];
    for (const seq of [0, 1, 255, 256, 1023, 1024, 1700]) {
      const { text } = await log.evidence.prove({ seq }, 'ada');
      const { index, hashes, extra, checkpoint } = parseProofFile(text);
      const [opened] = judge.ask([{ kind: 'checkpoint', keys: [testVkey()], note: checkpoint }]);
      expect(opened).toMatchObject({ ok: true, origin });
      const { header } = JSON.parse(Buffer.from(extra ?? []).toString()) as { header: string };
      questions.push({ kind: 'record', index, size: opened!.size, root: opened!.root!, leaf: header, proof: hashes.map(encodeBase64) });
    }
    const { head, entries } = takeApart(await bundleOf(log, { filter: { category: ['experiment'] } }));
    const [opened] = judge.ask([{ kind: 'checkpoint', keys: [head.vkey], note: head.checkpoint }]);
    for (const { index, header, proof } of entries) questions.push({ kind: 'record', index, size: opened!.size, root: opened!.root!, leaf: header, proof: proof! });
    for (const { checkpoint, proof } of head.consistency) {
      const [older] = judge.ask([{ kind: 'checkpoint', keys: [head.vkey], note: checkpoint }]);
      questions.push({ kind: 'tree', oldSize: older!.size, oldRoot: older!.root!, size: opened!.size, root: opened!.root!, proof });
    }
    const older = log.checkpoints.list({ limit: 1000 }).at(-1)!;
    const { proof: hashes, oldSize, note: checkpoint } = readRequest(log.evidence.consistency(older.size, undefined).text);
    const [newer] = judge.ask([{ kind: 'checkpoint', keys: [testVkey()], note: checkpoint }]);
    questions.push({ kind: 'tree', oldSize, oldRoot: older.root, size: newer!.size, root: newer!.root!, proof: hashes.map(encodeBase64) });
    expect(questions.length).toBeGreaterThan(700);
    judge.ask(questions).forEach((answer, i) => expect(answer.why, JSON.stringify(questions[i])).toBeUndefined());
    const wrong = questions.map((question) => (question.kind === 'record' ? { ...question, leaf: (question['leaf'] as string).replace('"v":1', '"v":2') } : { ...question, oldRoot: question['root'] as string }));
    expect(judge.ask(wrong).filter(({ ok }) => ok)).toEqual([]);
  });
});
