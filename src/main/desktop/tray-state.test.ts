import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { desktopCopy } from '../../contract/copy/desktop.ts';
import { applicationMenu } from './menu.ts';
import { trayMenu } from './tray-menu.ts';
import { lastSnapshotLine, nothingKnown, stateLine, trayShape, type TrayFacts } from './tray-state.ts';

const now = new Date('2026-11-21T12:00:00Z');
const plan = { id: '01997000-0000-7000-8000-000000000001', name: 'thesis', title: 'Thesis & notes', snapshotOnQuit: false, lastSnapshot: { id: 'a'.repeat(64), time: '2026-11-21T11:48:00Z', incomplete: false } };
const well: TrayFacts = { ...nothingKnown, engine: 'running', hasHome: true, plans: [plan] };
const snapshotting = { id: 't1', kind: 'snapshot', subject: 'thesis' } as const;
const chosen: string[] = [];
const actions = { open: () => chosen.push('open'), backUp: (id: string, name: string) => chosen.push(`${name} ${id}`), pause: (span: string) => chosen.push(`pause ${span}`), resume: () => chosen.push('resume'), quit: () => chosen.push('quit') };
const menu = (facts: TrayFacts, language: 'en' | 'pt-BR' = 'en'): MenuItemConstructorOptions[] => trayMenu(language, facts, now, actions);
const byId = (items: MenuItemConstructorOptions[], id: string) => items.find((item) => item.id === id);

describe('the tray', () => {
  it.each([
    ['line', { ...well, engine: 'lost', recordBroken: true }],
    ['working', { ...well, running: [snapshotting], failedPlan: 'thesis' }],
    ['dot', { ...well, recordBroken: true }],
    ['dot', { ...well, passwordsLocked: true }],
    ['dot', { ...well, failedPlan: 'thesis' }],
    ['hollow', { ...well, pausedUntil: '2026-11-22T08:00:00Z' }],
    ['dot', { ...well, failedPlan: 'thesis', pausedUntil: '2026-11-22T08:00:00Z' }],
    ['plain', well],
    ['plain', nothingKnown]
  ] as [string, TrayFacts][])('shows the shape "%s" for %o', (shape, facts) => {
    expect(trayShape(facts)).toBe(shape);
  });

  it('pauses all jobs for an hour or until tomorrow, says so, and goes on', () => {
    chosen.length = 0;
    const pause = byId(menu(well), 'pause')?.submenu as MenuItemConstructorOptions[];
    expect(pause.map(({ label }) => label)).toEqual(['1 hour', 'Until tomorrow']);
    for (const item of pause) item.click?.(undefined as never, undefined, undefined as never);
    const paused = { ...well, pausedUntil: new Date(2026, 10, 22, 8).toISOString() };
    expect(stateLine('en', paused, now)).toBe('Jobs are paused until tomorrow 08:00');
    expect(stateLine('pt-BR', paused, now)).toBe('As tarefas estão pausadas até amanhã 08:00');
    expect(byId(menu(paused), 'pause')).toBeUndefined();
    byId(menu(paused), 'resume')?.click?.(undefined as never, undefined, undefined as never);
    expect(chosen).toEqual(['pause hour', 'pause tomorrow', 'resume']);
    expect(byId(menu({ ...well, hasHome: false }), 'pause')?.enabled).toBe(false);
  });

  it('says in one line how things are, the most important first', () => {
    expect(stateLine('en', nothingKnown, now)).toBe('Starting …');
    expect(stateLine('en', { ...well, hasHome: false }, now)).toBe('Not set up yet');
    expect(stateLine('en', well, now)).toBe('All good');
    expect(stateLine('pt-BR', well, now)).toBe('Tudo certo');
    expect(stateLine('en', { ...well, running: [snapshotting] }, now)).toBe('Working: snapshot of thesis');
    expect(stateLine('en', { ...well, failedPlan: 'a\u202eb' }, now)).toContain('a\\u202eb');
    expect(lastSnapshotLine('en', well, now)).toBe('Last snapshot: 12 minutes ago');
    expect(lastSnapshotLine('pt-BR', well, now)).toBe('Último snapshot: há 12 minutos');
    expect(lastSnapshotLine('en', { ...well, plans: [{ ...plan, lastSnapshot: null }] }, now)).toBe('No snapshot yet');
  });

  it('puts Open first, because on Linux the menu can be the only way back', () => {
    expect(menu(well)[0]).toMatchObject({ id: 'open', label: 'Open Varve' });
    expect(menu(nothingKnown)[0]).toMatchObject({ id: 'open' });
  });

  it('offers each plan under "Back up now" and starts the chosen one by its id', () => {
    const [item] = byId(menu(well), 'back-up')?.submenu as MenuItemConstructorOptions[];
    expect(item?.label).toBe('Thesis && notes');
    item?.click?.({} as never, undefined, {} as never);
    expect(chosen.at(-1)).toBe(`thesis ${plan.id}`);
  });

  it('does not offer a plan that is being saved, nor any while the engine is away, nor a submenu without plans', () => {
    const enabled = (facts: TrayFacts) => (byId(menu(facts), 'back-up')?.submenu as MenuItemConstructorOptions[]).map((item) => item.enabled);
    expect(enabled(well)).toEqual([true]);
    expect(enabled({ ...well, running: [snapshotting] })).toEqual([false]);
    expect(enabled({ ...well, engine: 'lost' })).toEqual([false]);
    expect(byId(menu({ ...well, plans: [] }), 'back-up')).toMatchObject({ enabled: false });
  });

  it('says what quitting stops', () => {
    expect(byId(menu(well), 'quit')?.label).toBe('Quit Varve (nothing is backed up while it is closed)');
    expect(byId(menu({ ...well, running: [snapshotting] }), 'quit')?.label).toBe('Quit Varve (stops: snapshot of thesis)');
    const last: TrayFacts = { ...well, plans: [{ ...plan, snapshotOnQuit: true }] };
    expect(byId(menu(last), 'quit')?.label).toBe('Quit Varve (after a snapshot of Thesis && notes)');
    expect(byId(menu({ ...last, running: [snapshotting] }), 'quit')?.label).toBe('Quit Varve (after a snapshot of Thesis && notes)');
    expect(byId(menu({ ...last, running: [{ id: 't2', kind: 'restore', subject: 'x' }] }), 'quit')?.label).toBe('Quit Varve (stops: restore)');
    expect(byId(menu({ ...last, engine: 'lost' }), 'quit')?.label).toBe('Quit Varve (nothing is backed up while it is closed)');
  });
});

describe('the words of the shell', () => {
  it('exist in both languages with the same placeholders', () => {
    const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const [key, text] of Object.entries(desktopCopy.en)) {
      const other = (desktopCopy['pt-BR'] as Record<string, string>)[key];
      expect(other, key).toBeTruthy();
      expect(placeholders(other ?? ''), key).toEqual(placeholders(text));
    }
  });

  it('give the application menu its Edit roles on every platform, and developer tools only in a checkout', () => {
    const roles = (items: MenuItemConstructorOptions[]): string[] => items.flatMap((item) => [item.role ?? '', ...(Array.isArray(item.submenu) ? roles(item.submenu) : [])]);
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const installed = roles(applicationMenu({ language: 'pt-BR', platform, packaged: true, quit: () => {} }));
      expect(installed).toEqual(expect.arrayContaining(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll']));
      expect(installed).not.toContain('toggleDevTools');
      expect(roles(applicationMenu({ language: 'en', platform, packaged: false, quit: () => {} }))).toContain('toggleDevTools');
    }
  });
});
