import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withSpool } from './spool.ts';

const never = new AbortController().signal;
const program = (script: string) => ({ kind: 'program' as const, plan: 'lab', argv: [process.execPath, '-e', script] });

describe('what a program writes', () => {
  it('is there whole while it is used, and gone afterwards', async () => {
    let used = '';
    const length = await withSpool(program('process.stdout.write("x".repeat(3_000_000))'), never, async (path) => {
      used = path;
      return readFileSync(path).length;
    });
    expect([length, existsSync(used)]).toEqual([3_000_000, false]);
  });

  it('is not told Varve’s own secrets', async () => {
    process.env['VARVE_VAULT_PASSPHRASE'] = 'hunter2';
    try {
      const seen = await withSpool(program('process.stdout.write(JSON.stringify([process.env.VARVE_VAULT_PASSPHRASE ?? null, process.env.PATH !== undefined]))'), never, async (path) => readFileSync(path, 'utf8'));
      expect(seen).toBe('[null,true]');
    } finally {
      delete process.env['VARVE_VAULT_PASSPHRASE'];
    }
  });

  it.each([
    ['fails at the end', program('console.log("half"); process.exitCode = 3'), 'ended with 3'],
    ['is killed', program('console.log("half"); process.kill(process.pid, "SIGKILL")'), 'ended with SIGKILL'],
    ['is not there', { ...program(''), argv: ['/no/such/program'] }, 'could not be started (ENOENT)']
  ])('is not used when the program %s', async (_what, source, reason) => {
    let used = false;
    await expect(withSpool(source, never, async () => void (used = true))).rejects.toMatchObject({ code: 'HOOK_FAILED', data: { plan: 'lab', reason } });
    expect(used).toBe(false);
  });

  it('is given up when the person stops it', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    await expect(withSpool(program('setInterval(() => console.log("x"), 10)'), stop.signal, async () => undefined)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
