import { expect, it } from 'vitest';
import { createLogger, type LogLevel } from './logger.ts';

function capture(level: LogLevel = 'debug') {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level, write: (line) => void lines.push(line), clock: { now: () => 0 } }) };
}
const one = (fields: Record<string, unknown>, message = 'm') => {
  const { lines, logger } = capture();
  logger.info(message, fields);
  expect(lines.length).toBe(1);
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
  return JSON.parse(lines[0] as string) as Record<string, unknown>;
};

it('writes one JSON line with time, level and message, from its level up', () => {
  const { lines, logger } = capture('warn');
  logger.debug('a');
  logger.info('b');
  logger.warn('c', { n: 1 });
  logger.error('d');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { ts: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'c', n: 1 },
    { ts: '1970-01-01T00:00:00.000Z', level: 'error', message: 'd' }
  ]);
});

it.each(['password', 'repositoryPassword', 'PASSPHRASE', 'token', 'accessToken', 'Authorization', 'client_secret', 'apiKey', 'api-key', 'private_key', 'signing_key', 'cookie'])(
  'never shows the value of %s, however deep',
  (key) => {
    expect(JSON.stringify(one({ [key]: 'CANARY', a: { b: [{ [key]: { c: 'CANARY' } }] } }))).not.toContain('CANARY');
  }
);

it('shows what only sounds a little like it', () => {
  expect(one({ keyId: 'k1', passed: 3, keyring: 'secret-service', hasPassword: false })).toMatchObject({ keyId: 'k1', passed: 3, keyring: 'secret-service', hasPassword: false });
});

it('takes credentials out of URLs and headers inside text', () => {
  const line = one({ url: 'sftp://ana:CANARY@host/x', list: ['Authorization: Bearer CANARYCANARY'], error: new Error('GET https://u:CANARY@h/ failed') }, 'to s3://k:CANARY@h');
  expect(JSON.stringify(line)).not.toContain('CANARY');
  expect(line['url']).toBe('sftp://[redacted]@host/x');
});

it('survives whatever it is given', () => {
  const circle: Record<string, unknown> = { name: 'c' };
  circle['self'] = circle;
  const shared = { x: 1 };
  const line = one({ circle, big: 1n, bytes: new Uint8Array(5), call: () => 1, nothing: undefined, map: new Map([['a', 1]]), date: new Date(NaN), twice: [shared, shared], long: 'x'.repeat(20_000), ts: 'mine' });
  expect(line).toMatchObject({ circle: { name: 'c', self: '[circular]' }, big: '1', bytes: '[5 bytes]', call: '[function]', map: { a: 1 }, date: '[invalid date]', twice: [{ x: 1 }, { x: 1 }], ts: '1970-01-01T00:00:00.000Z', ts_: 'mine' });
  expect((line['long'] as string).length).toBeLessThan(9_000);
  expect(one({ error: new Error('outer', { cause: new TypeError('inner') }) })).toMatchObject({ error: { name: 'Error', message: 'outer', cause: { name: 'TypeError', message: 'inner' } } });
});
