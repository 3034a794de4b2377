import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Answer {
  zone: string;
  /** Minutes from local time to UTC in January 2017: shows that the process really is there. */
  january: number;
  digest: string;
}

const ask = (zone: string): Answer => JSON.parse(execFileSync(process.execPath, [join(import.meta.dirname, 'hosts.child.ts')], { encoding: 'utf8', env: { ...process.env, TZ: zone } })) as Answer;

describe('1.13: the zone of this computer changes no answer', () => {
  const home = ask('UTC');

  it.each([
    ['America/New_York', 300],
    ['America/Sao_Paulo', 120],
    ['Australia/Lord_Howe', -660],
    ['Asia/Amman', -120],
    ['Australia/Sydney', -660],
    ['Pacific/Kiritimati', -840]
  ])('%s', (zone, january) => {
    expect(ask(zone)).toEqual({ zone, january, digest: home.digest });
    expect(home).toMatchObject({ zone: 'UTC', january: 0 });
  });
});
