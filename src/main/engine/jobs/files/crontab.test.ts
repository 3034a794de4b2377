// Lines of crontabs as they are found on machines: each is taken, refused with a reason, or left as what it is.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { CommandWork } from '../../../../contract/jobs.ts';
import { readCrontab } from './crontab.ts';

const options = { system: false, zone: 'America/Sao_Paulo', nowMs: Date.parse('2026-11-27T12:00:00Z') };
const read = (text: string, more: object = {}): ReturnType<typeof readCrontab> => readCrontab(text, { ...options, ...more });
const work = (text: string): CommandWork => read(text).jobs[0]?.definition.work as CommandWork;

describe('a line that is taken', () => {
  it.each([
    ['0 3 * * * /usr/local/bin/backup.sh', 'backup', '0 3 * * *', '/usr/local/bin/backup.sh'],
    ['*/15 * * * *\t/usr/bin/python3 /home/me/fetch.py --all', 'fetch', '*/15 * * * *', '/usr/bin/python3 /home/me/fetch.py --all'],
    ['@daily cd /srv/data && ./export.sh > /dev/null 2>&1', 'export', '@daily', 'cd /srv/data && ./export.sh > /dev/null 2>&1'],
    ['  30   4  1,15 * MON-FRI  certbot renew -q', 'certbot', '30 4 1,15 * MON-FRI', 'certbot renew -q'],
    ['5 0 * jan,jul sun /opt/Half Year.sh', 'half', '5 0 * jan,jul sun', '/opt/Half Year.sh'],
    ['-*/10 * * * * flock -n /tmp/x.lock rsync -a /a /b', 'x.lock', '*/10 * * * *', 'flock -n /tmp/x.lock rsync -a /a /b'],
    ['0 12 * * 7 Rscript report.R # weekly', 'report', '0 12 * * 7', 'Rscript report.R # weekly'],
    ['@midnight abcdef12', 'cron-job', '@midnight', 'abcdef12']
  ])('%s', (line, name, expression, command) => {
    const { jobs, refused } = read(line);
    expect(refused).toEqual([]);
    expect(jobs.map(({ definition }) => [definition.name, definition.schedule, definition.work.kind === 'command' && definition.work.argv])).toEqual([[name, { kind: 'cron', expression, zone: 'America/Sao_Paulo', dayMatch: 'or' }, ['/bin/sh', '-c', command]]]);
    expect(jobs[0]?.definition).toMatchObject({ retries: { most: 0 }, timeoutSeconds: 0, overlap: { policy: 'skip' } });
  });

  it('takes the settings above it, and no others', () => {
    const { jobs, notes } = read(['# made by hand', '', 'MAILTO=me@example.org', 'PATH = /opt/bin:/usr/bin', 'CRON_TZ="Europe/Lisbon"', "GREETING='a b'", 'SHELL=/bin/bash', '1 2 * * * one', 'MAILTO=""', 'CRON_TZ=UTC', 'HOME=/srv', '@reboot two'].join('\n'));
    expect(jobs.map(({ line, definition }) => [line, definition.schedule, definition.work])).toMatchObject([
      [8, { zone: 'Europe/Lisbon' }, { argv: ['/bin/bash', '-c', 'one'], environment: { PATH: '/opt/bin:/usr/bin', GREETING: 'a b', SHELL: '/bin/bash' }, folder: null }],
      [12, { kind: 'startup' }, { argv: ['/bin/bash', '-c', 'two'], folder: '/srv' }]
    ]);
    expect(notes.filter(({ name }) => name === 'one').map(({ note }) => note)).toEqual(['shell', 'mail', 'environment', 'zone']);
    expect(notes.filter(({ name }) => name === 'two').map(({ note }) => note)).toEqual(['shell', 'environment', 'reboot']);
  });

  it('has a name of its own when a command comes twice', () => {
    expect(read('1 * * * * sync.sh a\n2 * * * * sync.sh b').jobs.map(({ definition }) => definition.name)).toEqual(['sync', 'sync-2']);
  });

  it('of /etc/crontab has a user, which is noted', () => {
    const { jobs, notes } = read('17 * * * * root cd / && run-parts --report /etc/cron.hourly', { system: true });
    expect([jobs[0]?.definition.work, notes.map(({ note }) => note).includes('user')]).toMatchObject([{ argv: ['/bin/sh', '-c', 'cd / && run-parts --report /etc/cron.hourly'] }, true]);
  });

  it('says where its days are read otherwise than some crons do', () => {
    expect(read('0 0 */2 * MON x').notes.map(({ note }) => note)).toContain('days');
    expect(read('0 0 1 * MON x').notes.map(({ note }) => note)).not.toContain('days');
  });
});

describe('%', () => {
  const run = (line: string): string => {
    const [program = '', ...rest] = work(line).argv;
    return execFileSync(program, rest, { encoding: 'utf8' });
  };
  it.skipIf(process.platform === 'win32').each([
    ['* * * * * cat%first line%second "quoted" $HOME `x`', 'first line\nsecond "quoted" $HOME `x`\n'],
    ['* * * * * echo 100\\%; cat%x', '100%\nx\n'],
    ["* * * * * echo '\\%F'", '%F\n'],
    ['* * * * * read a; read b; echo "$b-$a"%1%2', '2-1\n']
  ])('%s', (line, printed) => expect(run(line)).toBe(printed));
});

describe('a line that is refused', () => {
  it.each([
    ['0 25 * * * x', /^hour: /],
    ['*/90 * * * * x', /^minute: /],
    ['@every_minute x', /^expression: /],
    ['0~30 * * * * x', /^minute: /],
    ['0 3 * *', /neither/],
    ['0 3 * * *', /no command/],
    ['0 3 * * * %only input', /no command/],
    ['0 0 30 2 * x', /^expression: /]
  ])('%s', (line, reason) => {
    const { jobs, refused } = read(`# before\n${line}\n0 1 * * * after`);
    expect(refused).toEqual([{ at: '2', text: line, reason: expect.stringMatching(reason) }]);
    expect(jobs.map(({ definition }) => definition.name)).toEqual(['after']);
  });
});
