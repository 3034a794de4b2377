import { describe, expect, it } from 'vitest';
import { createPrograms } from './programs.ts';

const programs = createPrograms();
const run = (script: string, more: Partial<Parameters<typeof programs.run>[0]> = {}) => programs.run({ argv: [process.execPath, '-e', script], environment: {}, timeLimitMs: 20_000, outputLimitBytes: 1000, ...more });

describe('a program', () => {
  it('gets its arguments and environment as they are, and nothing else', async () => {
    const end = await programs.run({ argv: [process.execPath, '-e', 'console.log(JSON.stringify([process.argv.slice(1), Object.keys(process.env).sort()]))', '$HOME; rm *', 'a b'], environment: { ONE: '1' }, timeLimitMs: 20_000, outputLimitBytes: 1000 });
    expect(JSON.parse(Buffer.from(end.output).toString())).toEqual([['$HOME; rm *', 'a b'], ['ONE']]);
    expect(end).toMatchObject({ exitCode: 0, signal: null, timedOut: false, outputTooLong: false });
  });

  it('is ended with what it started when it takes too long', async () => {
    const began = performance.now();
    const end = await run(`require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'inherit' }); setTimeout(() => {}, 60000)`, { timeLimitMs: 700 });
    expect(end).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: true });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('is told apart by how it ended, with the end of what it complained about', async () => {
    expect(await run('console.error("no such table"); process.exit(3)')).toMatchObject({ exitCode: 3, errors: 'no such table\n' });
    expect(await run('process.stdout.write("x".repeat(5000))')).toMatchObject({ exitCode: 0, outputTooLong: true });
    const end = await run('for (let i = 0; i < 3000; i++) process.stdout.write(`${i} `)', { keepEnd: true });
    expect([end.outputTooLong, end.output.length]).toEqual([true, 1000]);
    expect(Buffer.from(end.output).toString()).toMatch(/2998 2999 $/);
    await expect(programs.run({ argv: ['/no/such/program'], environment: {}, timeLimitMs: 1000, outputLimitBytes: 10 })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends when the person cancels', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    await expect(run('setTimeout(() => {}, 60000)', { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
