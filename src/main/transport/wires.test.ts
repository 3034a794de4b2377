// One suite over three wires: direct, message port, HTTP on loopback, and HTTP on the local socket.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallContext, VarveClient } from '../../contract/index.ts';
import { VarveError } from '../engine/kit/errors.ts';
import { connectDirect } from './direct.ts';
import { startHttpServer } from './http/server.ts';
import { connectPort, servePort } from './port.ts';
import { createRouter, fromTyped, type Caller } from './router.ts';
import { connectSocket } from './socket-client.ts';
import { createFakeApi } from './testing/fake-api.ts';

const token = 'test-token';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Seen {
  contexts: CallContext[];
  streamClosed: number;
}

function makeRouter(seen: Seen) {
  const api = createFakeApi({
    plans: {
      list: (_input, context) => {
        seen.contexts.push(context);
        return [];
      }
    },
    snapshots: {
      get: ({ snapshot }) => {
        throw new VarveError('NOT_FOUND', `no snapshot ${snapshot}`, { kind: 'snapshot', name: snapshot });
      },
      take: () => {
        throw new TypeError('a bug with /secret/path in it');
      }
    },
    log: {
      tail: async function* (_input, context) {
        try {
          for (let seq = 0; ; seq++) {
            yield entry(seq);
            await new Promise((resolve) => setTimeout(resolve, 5));
            if (context.signal?.aborted) return;
          }
        } finally {
          seen.streamClosed += 1;
        }
      }
    }
  });
  return createRouter(api);
}

function entry(seq: number) {
  return { seq, id: `id-${seq}`, ts: '2026-11-21T00:00:00.000Z', actor: 'a1', actorName: 'me', category: 'app' as const, action: 'app.note', subject: '', subjectName: null, level: 'info' as const, payloadState: 'intact' as const, payload: { note: `nº ${seq}` }, hash: 'f'.repeat(64) };
}

const owner: Caller = { actor: 'me', via: 'cli', scope: 'owner' };
const authenticate = (bearer: string): Caller | undefined => (bearer === token ? owner : undefined);

const wires: Record<string, (seen: Seen) => Promise<VarveClient>> = {
  direct: async (seen) => connectDirect(makeRouter(seen), owner),
  'message port': async (seen) => {
    const { port1, port2 } = new MessageChannel();
    servePort(makeRouter(seen), port1 as never, owner);
    closers.push(() => port1.close());
    return connectPort(port2 as never);
  },
  'HTTP on loopback': async (seen) => {
    const server = await startHttpServer({ router: makeRouter(seen), authenticate, listen: { host: '127.0.0.1', port: 0 } });
    closers.push(() => server.close());
    return createORPCClient(new RPCLink({ url: `http://127.0.0.1:${server.port}/rpc`, headers: { authorization: `Bearer ${token}` } }));
  },
  'HTTP on the local socket': async (seen) => {
    const folder = mkdtempSync(join(tmpdir(), 'varve-wire-'));
    const socketPath = process.platform === 'win32' ? `\\\\.\\pipe\\varve-test-${process.pid}` : join(folder, 's.sock');
    const server = await startHttpServer({ router: makeRouter(seen), authenticate, listen: { socketPath } });
    const connection = connectSocket({ socketPath, token });
    closers.push(() => rmSync(folder, { recursive: true, force: true }), () => server.close(), () => connection.close());
    return connection.client;
  }
};

async function failureOf(call: Promise<unknown>): Promise<VarveError> {
  return call.then(
    () => expect.fail('the call should have failed'),
    (error: unknown) => fromTyped(error)
  );
}

for (const [name, connect] of Object.entries(wires)) {
  describe(name, () => {
    const fresh = async (): Promise<{ client: VarveClient; seen: Seen }> => {
      const seen: Seen = { contexts: [], streamClosed: 0 };
      return { client: await connect(seen), seen };
    };

    it('answers a call and tells the engine who calls', async () => {
      const { client, seen } = await fresh();
      expect(await client.plans.list({})).toEqual([]);
      expect(seen.contexts[0]).toMatchObject({ actor: 'me', scope: 'owner' });
    });

    it('carries a typed error with its facts', async () => {
      const { client } = await fresh();
      const error = await failureOf(client.snapshots.get({ snapshot: 'feedface' }));
      expect(error.code).toBe('NOT_FOUND');
      expect(error.data).toEqual({ kind: 'snapshot', name: 'feedface' });
    });

    it('names the field of input that does not fit', async () => {
      const { client } = await fresh();
      const error = await failureOf(client.plans.add({ name: 'Not A Name', repository: 'r', paths: ['/x'] }));
      expect(error.code).toBe('BAD_INPUT');
      expect(error.data).toMatchObject({ field: 'name' });
    });

    it('does not let the words of a bug out as a message', async () => {
      const { client } = await fresh();
      const error = await failureOf(client.snapshots.take({ plan: 'x' }));
      expect(error.code).toBe('INTERNAL');
      expect(error.message).toBe('unexpected failure');
    });

    it('streams, and ends the source when the reader leaves', async () => {
      const { client, seen } = await fresh();
      const payloads: unknown[] = [];
      for await (const one of await client.log.tail({})) {
        payloads.push(one.payload);
        if (payloads.length === 3) break;
      }
      expect(payloads).toEqual([{ note: 'nº 0' }, { note: 'nº 1' }, { note: 'nº 2' }]);
      await expect.poll(() => seen.streamClosed).toBe(1);
    });

    it('ends the source when the reader aborts', async () => {
      const { client, seen } = await fresh();
      const abort = new AbortController();
      const reading = (async () => {
        for await (const one of await client.log.tail({}, { signal: abort.signal })) if (one.seq === 2) abort.abort();
      })();
      await reading.catch(() => undefined);
      await expect.poll(() => seen.streamClosed).toBe(1);
    });
  });
}
