// A log entry as a sentence, names set apart, everything from data as visible text.
import type { ReactNode } from 'react';
import { describeEvent, monoFacts, strongFacts } from '../../contract/copy/events.ts';
import type { EventLike } from '../../contract/copy/event-facts.ts';
import { useWords } from './words.tsx';

export function EventText({ event }: { event: EventLike }): ReactNode {
  const { language } = useWords();
  return describeEvent(language, event).map((part, index) => {
    if (part.param !== undefined && monoFacts.has(part.param)) return <span key={index} className="mono">{part.text}</span>;
    if (part.param !== undefined && strongFacts.has(part.param)) return <b key={index} className="strong">{part.text}</b>;
    return part.text;
  });
}
