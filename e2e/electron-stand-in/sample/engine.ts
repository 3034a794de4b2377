// The utility process of the sample: serves the contract on every port it is given.
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import * as files from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { contract } from './contract.ts';

const { readFileSync } = (await import('original-fs' as string)) as typeof files;
const os = implement(contract);
let aborted = 0;
const router = os.router({
  snapshot: os.snapshot.handler(({ input }) => ({
    id: input.id,
    at: new Date('2026-11-21T00:00:00Z'),
    bytes: 2n ** 60n,
    tags: new Map([['a', new Set([1])]]),
    process: String((process as { type?: string }).type),
    electron: String(process.versions['electron']),
    files: typeof readFileSync,
    pid: process.pid,
    aborted
  })),
  backup: os.backup.handler(async function* ({ input, signal }) {
    try {
      for (let done = 1; done <= input.steps; done++) {
        signal?.throwIfAborted();
        await sleep(15);
        yield { done, total: input.steps };
      }
    } finally {
      if (signal?.aborted) aborted++;
    }
  })
});
const handler = new RPCHandler(router);
process.parentPort.on('message', ({ data, ports: [port] }) => {
  if (data === 'fail') return void setTimeout(() => process.exit(7));
  if (!port) return;
  port.on('close', () => process.parentPort.postMessage({ kind: 'port closed', at: new Date() }));
  handler.upgrade(port as never, { context: {} });
  port.start();
});
