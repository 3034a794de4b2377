import { expect, it } from 'vitest';
import { describeReason } from '../../../contract/copy/reasons.ts';
import { channelFinding, drillFinding, pingFinding, schedulerFinding, serviceFinding, testRunFinding, type Finding } from './doctor-work.ts';

const tick = '2026-03-01T10:00:00.000Z';
const nowMs = Date.parse(tick);
const next = [{ jobId: 'j', name: 'nightly', title: '', at: '2026-03-02T02:30:00.000Z' }];
const inPortuguese = ({ state, detail }: Finding): string => `${state}: ${describeReason('pt-BR', detail)}`;

it('says whether jobs are started, and what comes next', () => {
  const of = (more: object, atMs = nowMs): string => inPortuguese(schedulerFinding({ scheduling: true, lastTickAt: tick, paused: null, next, ...more }, atMs));
  expect(of({})).toBe('well: próxima: nightly em 2026-03-02T02:30:00.000Z');
  expect(of({ next: [] })).toBe('well: nenhuma execução está prevista');
  expect(of({}, nowMs + 91_000)).toBe(`broken: olhou pela última vez em ${tick}`);
  expect(of({ scheduling: false })).toBe('attention: próxima: nightly em 2026-03-02T02:30:00.000Z');
  expect(of({ scheduling: false, next: [] })).toBe('unknown: nenhuma execução está prevista');
  expect(of({ paused: { by: 'ana', at: tick, reason: '', until: tick } })).toBe(`attention: tudo está em pausa até ${tick}`);
});

it('says whether messages of a channel get through', () => {
  const of = (more: object): string => inPortuguese(channelFinding({ name: 'phone', enabled: true, lastDelivery: { at: tick, ok: true } as never, deadSince: null, waiting: 0, ...more }));
  expect([of({}), of({ lastDelivery: null }), of({ lastDelivery: { at: tick, ok: false } }), of({ deadSince: tick }), of({ enabled: false })]).toEqual([
    `well: a última chegou em ${tick}`, 'attention: nada foi enviado ainda', `attention: não chegou em ${tick}`, `broken: nada chega desde ${tick}`, 'attention: está desligado'
  ]);
});

it('says whether an outside checker was told', () => {
  expect(inPortuguese(pingFinding({ name: null, at: tick, ok: true, error: null }))).toBe(`well: foi avisado pela última vez em ${tick}`);
  expect(inPortuguese(pingFinding({ name: 'nightly', at: tick, ok: false, error: 'answered with status 502' }))).toBe(`attention: não pôde ser avisado em ${tick}: respondeu com o status 502`);
});

it('says when it was last tried to bring files back, and how that went', () => {
  const of = (days: number, ok = true): string => inPortuguese(drillFinding('thesis', { at: new Date(nowMs - days * 86_400_000).toISOString(), ok, files: 12, failedCount: ok ? 0 : 3 }, nowMs));
  expect([of(2), of(46), of(2, false), inPortuguese(drillFinding('thesis', undefined, nowMs))]).toEqual([
    'well: ensaiado pela última vez há 2 dias, 12 arquivos', 'attention: ensaiado pela última vez há 46 dias, 12 arquivos', 'broken: ensaiado há 2 dias: 3 arquivos não voltaram como eram', 'unknown: nunca ensaiado'
  ]);
});

it('says how the last test run went', () => {
  const of = (state: 'succeeded' | 'failed'): Finding => testRunFinding({ jobName: 'nightly', createdAt: tick, state });
  expect([of('succeeded').state, of('failed').state, inPortuguese(testRunFinding(undefined))]).toEqual(['well', 'attention', 'unknown: nenhuma execução de teste ainda']);
});

it('finds the unit that starts Varve', () => {
  const found = (...paths: string[]): Finding => serviceFinding({ stat: (each) => (paths.includes(each) ? ({} as never) : undefined) }, { platform: 'linux', userHome: '/home/ana', username: 'ana' });
  const own = '/home/ana/.config/systemd/user/varve.service';
  expect(inPortuguese(found(own, '/var/lib/systemd/linger/ana'))).toBe(`well: a unidade ${own}`);
  expect(inPortuguese(found(own))).toBe(`attention: a unidade ${own} termina quando ana sai da sessão; para que continue: loginctl enable-linger ana`);
  expect(found('/etc/systemd/system/varve.service').state).toBe('well');
  expect(inPortuguese(found())).toBe('unknown: nenhuma unidade varve.service');
});
