import { expect, it } from 'vitest';
import { describeReason } from '../../../contract/copy/reasons.ts';
import { channelFinding, schedulerFinding, serviceFinding, type Finding } from './doctor-work.ts';

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

it('finds the unit that starts Varve', () => {
  const found = (path: string): Finding => serviceFinding({ stat: (each) => (each === path ? ({} as never) : undefined) }, { platform: 'linux', userHome: '/home/ana' });
  expect(inPortuguese(found('/home/ana/.config/systemd/user/varve.service'))).toBe('well: a unidade /home/ana/.config/systemd/user/varve.service');
  expect(found('/etc/systemd/system/varve.service').state).toBe('well');
  expect(inPortuguese(found(''))).toBe('unknown: nenhuma unidade varve.service');
});
