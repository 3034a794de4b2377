// The tray's menu as a template. Open comes first: where the system swallows clicks on the icon itself, the menu is the way back.
import type { MenuItemConstructorOptions } from 'electron';
import { desktopWords } from '../../contract/copy/desktop.ts';
import { visibleText } from '../../contract/copy/text.ts';
import type { Language } from '../../contract/ids.ts';
import type { PauseSpan } from '../../contract/pause.ts';
import { lastSnapshotLine, quitLine, stateLine, type TrayFacts } from './tray-state.ts';

export interface TrayActions {
  open(): void;
  backUp(planId: string, planName: string): void;
  /** All jobs; what is running goes on to its end. */
  pause(span: PauseSpan): void;
  resume(): void;
  quit(): void;
}

export function trayMenu(language: Language, facts: TrayFacts, now: Date, actions: TrayActions): MenuItemConstructorOptions[] {
  const words = (key: Parameters<typeof desktopWords>[1]): string => desktopWords(language, key);
  const plans: MenuItemConstructorOptions[] = facts.plans.map((plan) => ({
    id: `plan:${plan.id}`,
    // An ampersand would become an underlined letter.
    label: visibleText(plan.title || plan.name, true).replaceAll('&', '&&'),
    enabled: facts.engine === 'running' && !facts.running.some((task) => task.kind === 'snapshot' && task.subject === plan.name),
    click: () => actions.backUp(plan.id, plan.name)
  }));
  return [
    { id: 'open', label: words('open'), click: actions.open },
    { id: 'state', label: stateLine(language, facts, now), enabled: false },
    { id: 'last', label: lastSnapshotLine(language, facts, now), enabled: false },
    { type: 'separator' },
    plans.length > 0 ? { id: 'back-up', label: words('backUpNow'), submenu: plans } : { id: 'back-up', label: words('noPlans'), enabled: false },
    facts.pausedUntil === null
      ? { id: 'pause', label: words('pause'), enabled: facts.engine === 'running' && facts.hasHome === true, submenu: (['hour', 'tomorrow'] as const).map((span) => ({ id: `pause:${span}`, label: words(span === 'hour' ? 'pauseHour' : 'pauseTomorrow'), click: () => actions.pause(span) })) }
      : { id: 'resume', label: words('resume'), enabled: facts.engine === 'running', click: actions.resume },
    { type: 'separator' },
    { id: 'quit', label: quitLine(language, facts).replaceAll('&', '&&'), click: actions.quit }
  ];
}
