// The words on screen: one language for the whole page, numbers and moments written its way.
// The exact moment must be readable without a mouse, so what shows it takes the focus.
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Tooltip } from '@mantine/core';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { catalogues, say, type MessageKey } from '../../contract/copy/catalogue.ts';
import { formatParts, type Params } from '../../contract/copy/format.ts';
import { describeReason } from '../../contract/copy/reasons.ts';
import { formatBytes, formatExact, formatRelative, formatWhen } from '../../contract/copy/values.ts';
import { visibleText } from '../../contract/copy/text.ts';
import type { Language } from '../../contract/ids.ts';

const LanguageContext = createContext<Language>('en');

export function LanguageProvider({ language, children }: { language: Language; children: ReactNode }): ReactNode {
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <LanguageContext.Provider value={language}>{children}</LanguageContext.Provider>;
}

export interface Words {
  language: Language;
  t(key: MessageKey, params?: Params): string;
  bytes(value: number): string;
  /** A reason or detail out of the engine, in this language and safe to look at. */
  reason(text: string): string;
}

export function useWords(): Words {
  const language = useContext(LanguageContext);
  return { language, t: (key, params) => say(language, key, params), bytes: (value) => formatBytes(language, value), reason: (text) => visibleText(describeReason(language, text), true) };
}

/** The present moment, renewed each half minute, so that "2 minutes ago" stays true. */
export function useNow(everyMs = 30_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

interface MomentProps {
  at: string | Date;
  /** `relative`: 12 minutes ago; `when`: today 14:02. */
  form?: 'relative' | 'when';
}

/** A moment in words, with the exact one on hover and on focus. */
export function Moment({ at, form = 'relative' }: MomentProps): ReactNode {
  const { language } = useWords();
  const now = useNow();
  const date = typeof at === 'string' ? new Date(at) : at;
  const exact = formatExact(language, date);
  return (
    <Tooltip label={exact}>
      <time dateTime={date.toISOString()} tabIndex={0} aria-description={exact}>
        {form === 'relative' ? formatRelative(language, date, now) : formatWhen(language, date, now)}
      </time>
    </Tooltip>
  );
}

/** A sentence in which some placeholders are elements, for example a `Moment`. */
export function Sentence({ of, params = {}, slots }: { of: MessageKey; params?: Params; slots: Readonly<Record<string, ReactNode>> }): ReactNode {
  const { language } = useWords();
  return formatParts(catalogues[language], language, of, params).map((part, index) => {
    const slot = part.param === undefined ? undefined : slots[part.param];
    return slot === undefined ? part.text : <span key={index}>{slot}</span>;
  });
}
