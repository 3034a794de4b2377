// The frame around every screen: top bar, rail, content, status strip; palette and help above it.
import { Button, Menu } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { visibleText } from '../../contract/copy/text.ts';
import { formatClock } from '../../contract/copy/values.ts';
import { useCell, type Cell } from '../api/cell.ts';
import { useEngine } from '../api/engine.tsx';
import { usePlans, useStartTask } from '../api/queries.ts';
import { Brand, Shape } from '../ui/Shape.tsx';
import type { Preferences } from '../ui/preferences.ts';
import { useWords } from '../ui/words.tsx';
import { HelpModal } from './HelpModal.tsx';
import { Notices } from './Notices.tsx';
import { Palette } from './Palette.tsx';
import { screens } from './screens.ts';
import { StatusStrip } from './StatusStrip.tsx';
import styles from './shell.module.css';

/** Screens that are not in the rail. */
const ownTitles = [['/repositories', 'repos.title'], ['/find', 'find.title'], ['/history', 'files.history'], ['/compare', 'compare.title'], ['/metrics', 'metrics.title']] as const;

function isAt(location: string, path: string): boolean {
  // Repositories are looked after from Settings; files of snapshots belong to these.
  if (path === '/settings' && isAt(location, '/repositories')) return true;
  if (path === '/snapshots' && ['/find', '/history', '/compare', '/metrics'].some((each) => isAt(location, each))) return true;
  return path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
}

function BackUpNow(): ReactNode {
  const { t } = useWords();
  const plans = usePlans().data ?? [];
  const start = useStartTask();
  const [, navigate] = useLocation();
  const take = (plan: string): void => start.mutate((client) => client.snapshots.take({ plan, wait: true }), { onError: () => navigate('/') });
  const only = plans[0];
  if (only === undefined) return null;
  if (plans.length === 1) {
    return (
      <Button loading={start.isPending} onClick={() => take(only.id)}>
        {t('app.backUpNow')}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button loading={start.isPending}>{t('app.backUpNow')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('app.choosePlan')}</Menu.Label>
        {plans.map((plan) => (
          <Menu.Item key={plan.id} onClick={() => take(plan.id)}>
            {visibleText(plan.title || plan.name, true)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function LineNotice(): ReactNode {
  const { t, language } = useWords();
  const line = useCell(useEngine().line.state);
  if (line.kind !== 'lost' && line.kind !== 'ended') return null;
  return (
    <div className={styles.line} role="status" data-testid="line-lost">
      <Shape tone="unknown" size={16} />
      {line.kind === 'ended' ? t('line.ended') : t('line.lost', { when: formatClock(language, line.since) })}
    </div>
  );
}

/** Letters typed into a field are text, not shortcuts. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

export function Shell({ children, preferences }: { children: ReactNode; preferences: Cell<Preferences> }): ReactNode {
  const { t } = useWords();
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const [open, setOpen] = useState<'palette' | 'help' | undefined>();
  const [, section = ''] = location.split('/');
  const lastSection = useRef(section);

  useEffect(() => {
    // A new screen begins at its top, for eyes and for screen readers.
    if (lastSection.current !== section) {
      lastSection.current = section;
      main.current?.focus({ preventScroll: true });
      main.current?.scrollTo(0, 0);
    }
    const current = screens.find((screen) => isAt(location, screen.path));
    const own = ownTitles.find(([path]) => isAt(location, path));
    const title = own ? t(own[1]) : current && t(current.key);
    document.title = title ? `${title} · Varve` : 'Varve';
  }, [location, section, t]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setOpen((before) => (before === 'palette' ? undefined : 'palette'));
        return;
      }
      if (!preferences.get().letterKeys || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '?') {
        event.preventDefault();
        setOpen('help');
      } else if (event.key === '/') {
        const field = main.current?.querySelector<HTMLInputElement>('input[type="search"]');
        if (field) {
          event.preventDefault();
          field.focus();
          field.select();
        }
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [preferences]);

  return (
    <div className={styles.app}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          // The fragment belongs to the router.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('app.skip')}
      </a>
      <header className={styles.top}>
        <Link href="/" className={styles.brand}>
          <Brand /> Varve
        </Link>
        <button type="button" className={styles.find} onClick={() => setOpen('palette')} aria-keyshortcuts="Control+K Meta+K">
          <span className="ellipsis">{t('app.find')}</span>
          <kbd className={styles.key}>{navigator.platform.startsWith('Mac') ? '⌘ K' : 'Ctrl K'}</kbd>
        </button>
        <span className="grow" />
        <BackUpNow />
      </header>
      <LineNotice />
      <nav className={styles.rail} aria-label={t('app.nav')}>
        {screens.map(({ path, key, icon: Icon }) => (
          <Link key={path} href={path} aria-current={isAt(location, path) ? 'page' : undefined}>
            <Icon size={17} stroke={1.7} aria-hidden />
            {t(key)}
          </Link>
        ))}
      </nav>
      <main className={styles.main} ref={main} tabIndex={-1} id="main">
        {children}
      </main>
      <Notices />
      <StatusStrip />
      {open === 'palette' && <Palette onClose={() => setOpen(undefined)} onHelp={() => setOpen('help')} preferences={preferences} />}
      {open === 'help' && <HelpModal onClose={() => setOpen(undefined)} />}
    </div>
  );
}

