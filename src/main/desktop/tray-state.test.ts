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
const actions = { open: () => chosen.push('open'), backUp: (id: string, name: string) => chosen.push(`${name} ${id}`), quit: () => chosen.push('quit') };
const menu = (facts: TrayFacts, language: 'en' | 'pt-BR' = 'en'): MenuItemConstructorOptions[] => trayMenu(language, facts, now, actions);
const byId = (items: MenuItemConstructorOptions[], id: string) => items.find((item) => item.id === id);

describe('the tray', () => {
  it.each([
    ['line', { ...well, engine: 'lost', recordBroken: true }],
    ['working', { ...well, running: [snapshotting], failedPlan: 'thesis' }],
    ['dot', { ...well, recordBroken: true }],
    ['dot', { ...well, passwordsLocked: true }],
    ['dot', { ...well, failedPlan: 'thesis' }],
    ['plain', well],
    ['plain', nothingKnown]
  ] as [string, TrayFacts][])('shows the shape "%s" for %o', (shape, facts) => {
    expect(trayShape(facts)).toBe(shape);
  });

  it('says in one line how things are, the most important first', () => {
    expect(stateLine('en', nothingKnown)).toBe('Starting …');
    expect(stateLine('en', { ...well, hasHome: false })).toBe('Not set up yet');
    expect(stateLine('en', well)).toBe('All good');
    expect(stateLine('pt-BR', well)).toBe('Tudo certo');
    expect(stateLine('en', { ...well, running: [snapshotting] })).toBe('Working: snapshot of thesis');
    expect(stateLine('en', { ...well, failedPlan: 'a\u202eb' })).toContain('a\\u202eb');
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
