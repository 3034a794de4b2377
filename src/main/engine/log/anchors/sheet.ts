// The sheet to print: one page in itself, without scripts or anything from elsewhere, on A4 and Letter alike. Black on white; a colour would be lost
// on most printers.
import { formatMessage } from '../../../../contract/copy/format.ts';
import { sheetWords } from '../../../../contract/copy/sheet.ts';
import type { Language } from '../../../../contract/ids.ts';
import type { SignedCheckpoint } from '../tree/checkpoints.ts';
import { shortestRoot } from './held.ts';
import { qrSvg } from './qr.ts';

export interface SheetInput {
  language: Language;
  origin: string;
  checkpoint: Pick<SignedCheckpoint, 'size' | 'root' | 'note'>;
  vkey: string;
  madeAtMs: number;
  /** IANA name of the zone the date is written in. */
  zone: string;
}

const style = `
@page { margin: 14mm; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; }
.sheet { margin: 0 auto; max-width: 182mm; padding: 8mm 0; background: #fff; color: #000; font: 10.5pt/1.4 system-ui, sans-serif; }
h1 { font-size: 17pt; margin: 0 0 2mm; }
h2 { font-size: 10.5pt; margin: 5mm 0 1mm; }
p, ol { margin: 0 0 2mm; }
ol { padding-left: 5mm; }
code, pre { font: 9.5pt/1.35 ui-monospace, 'DejaVu Sans Mono', monospace; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; border: 0.3mm solid #000; padding: 2mm; }
code { overflow-wrap: anywhere; }
.top { display: flex; gap: 6mm; align-items: flex-start; }
.top > div { flex: 1; min-width: 0; }
.code { flex: none; width: 62mm; }
.code svg { display: block; width: 62mm; height: 62mm; }
.short { font-size: 15pt; font-weight: 600; letter-spacing: 0.03em; }
.hand { display: grid; grid-template-columns: 1fr 1fr; gap: 3mm 6mm; margin-top: 2mm; }
.hand div { border-bottom: 0.3mm solid #000; height: 11mm; font-size: 8.5pt; }
.made { display: grid; grid-template-columns: auto 1fr; gap: 0 3mm; margin: 3mm 0 0; font-size: 9.5pt; }
.made dd { margin: 0; }
@media print { .sheet { padding: 0; max-width: none; } h2, pre, ol, .hand { break-inside: avoid; } }
`;

export function checkpointSheet({ language, origin, checkpoint, vkey, madeAtMs, zone }: SheetInput): string {
  const words = sheetWords[language];
  const say = (key: string, params: Record<string, string | number> = {}): string => escape(formatMessage(words, language, key, params));
  const { size, root, note } = checkpoint;
  const made = new Date(madeAtMs);
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: zone }).format(made);
  const start = root.slice(0, shortestRoot);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${say('title')} ${size}</title>
<style>${style}</style>
</head>
<body>
<main class="sheet">
<h1>${say('title')}</h1>
<div class="top">
<div>
<p>${say('lead', { when, entries: formatMessage(words, language, 'entries', { count: size }) })}</p>
<h2>${say('short')}</h2>
<p class="short"><code class="short">${size} ${escape(start)}</code></p>
<dl class="made"><dt>${say('made')}</dt><dd>${escape(when)} (${made.toISOString()})</dd></dl>
</div>
<div class="code">${qrSvg(note, say('qr'))}</div>
</div>
<h2>${say('checkpoint')}</h2>
<pre>${escape(note)}</pre>
<h2>${say('key')}</h2>
<p><code>${escape(vkey)}</code></p>
<h2>${say('hand')}</h2>
<div class="hand"><div>${say('handSize')}</div><div>${say('handRoot')}</div><div>${say('handDate')}</div><div>${say('handName')}</div></div>
<h2>${say('how')}</h2>
<ol>
<li>${say('step1')}</li>
<li>${say('step2')} <code>varve log anchor add --kind paper FILE</code></li>
<li>${say('step3')}</li>
</ol>
<p>${say('keep')} <code>${escape(origin)}</code></p>
</main>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
