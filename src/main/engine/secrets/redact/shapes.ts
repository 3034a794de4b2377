// Second layer: what looks like a secret though nobody named it. A shape is the least that makes a hit; what goes on with the same kind of
// characters is swallowed with it. Works on bytes seen as Latin-1, so a character of a pattern is a byte.
import { join, type Stage } from './stage.ts';

interface Shape {
  name: string;
  /** Matches the least of it: of bounded length, and within one line. */
  least: string;
  /** Characters that still belong to it; a private key has a rule of its own. */
  more: RegExp | 'private-key';
}

const word = /[\w-]/;
const token = /[\w.~+/=-]/;

// Prefixes as the providers publish them for scanners.
const shapes: readonly Shape[] = [
  { name: 'private-key', least: '-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----', more: 'private-key' },
  { name: 'bearer', least: '(?<![A-Za-z0-9])(?:[Aa]uthorization|AUTHORIZATION)["\']?[ ]?[:=][ ]?["\']?(?:[Bb]earer|[Bb]asic|[Tt]oken)[ ]{1,4}[\\w.~+/=-]{6}', more: token },
  { name: 'bearer', least: '(?<![A-Za-z0-9])[Bb]earer[ ]{1,4}[\\w.~+/=-]{20}', more: token },
  { name: 'github-token', least: '(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30}|github_pat_\\w{22})', more: word },
  { name: 'gitlab-token', least: '(?<![A-Za-z0-9])glpat-[\\w-]{20}', more: /[\w.-]/ },
  { name: 'aws-key', least: '(?<![A-Za-z0-9])A(?:KIA|SIA)[A-Z2-7]{16}(?![A-Za-z0-9])', more: word },
  { name: 'slack-token', least: '(?<![A-Za-z0-9])xox[abeprs]-[A-Za-z0-9-]{10}', more: word },
  { name: 'google-key', least: '(?<![A-Za-z0-9])AIza[\\w-]{35}', more: word },
  { name: 'api-key', least: '(?<![A-Za-z0-9_-])sk-[\\w-]{20}', more: word },
  { name: 'stripe-key', least: '(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16}', more: word },
  { name: 'npm-token', least: '(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}', more: word },
  { name: 'pypi-token', least: '(?<![A-Za-z0-9])pypi-AgE[\\w-]{40}', more: word },
  { name: 'hugging-face-token', least: '(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30}', more: word },
  { name: 'sendgrid-key', least: '(?<![A-Za-z0-9])SG\\.[\\w-]{16,24}\\.[\\w-]{16}', more: word },
  { name: 'telegram-token', least: '(?<![A-Za-z0-9])[0-9]{8,10}:AA[\\w-]{33}', more: word },
  { name: 'jwt', least: '(?<![A-Za-z0-9])eyJ[\\w-]{8,200}\\.eyJ[\\w-]{8}', more: token }
];
/** No `least` is longer, nor looks further back than one byte. */
const reach = 256;
const longestPrivateKey = 65_536;
const pattern = new RegExp(shapes.map(({ least }) => `(${least})`).join('|'), 'g');

export const shapeNames: readonly string[] = [...new Set(shapes.map(({ name }) => name))];

export function createShapes(count: (shape: string) => void): Stage {
  let kept: Uint8Array = new Uint8Array(0);
  /** How many of the kept bytes were given already and stay only to be looked back at. */
  let given = 0;
  let swallow: ((byte: number) => boolean) | undefined;

  const work = (bytes: Uint8Array, atEnd: boolean): Uint8Array => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    // A hit that begins from here on is decided when more has come; a line that has ended is decided.
    const lineStart = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    const certain = atEnd ? text.length : Math.max(lineStart, text.length - reach);
    const parts: Uint8Array[] = [];
    let at = given;
    const swallowOn = (): void => {
      while (swallow !== undefined && at < bytes.length) {
        if (swallow(bytes[at] as number)) at += 1;
        else swallow = undefined;
      }
    };
    swallowOn();
    while (at < certain) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null || match.index >= certain) break;
      const shape = shapes[match.findIndex((group, index) => index > 0 && group !== undefined) - 1] as Shape;
      if (match.index > at) parts.push(bytes.subarray(at, match.index));
      parts.push(new Uint8Array(Buffer.from(`[hidden:${shape.name}]`)));
      count(shape.name);
      at = match.index + match[0].length;
      swallow = swallower(shape.more);
      swallowOn();
    }
    if (certain > at) {
      parts.push(bytes.subarray(at, certain));
      at = certain;
    }
    // One byte stays to tell whether a word begins.
    given = Math.min(1, at);
    kept = bytes.slice(at - given);
    return join(parts);
  };
  return {
    push: (chunk) => work(kept.length === 0 ? new Uint8Array(chunk) : join([kept, chunk]), false),
    end: () => work(kept, true)
  };
}

function swallower(more: Shape['more']): (byte: number) => boolean {
  if (more === 'private-key') return privateKeySwallower();
  return (byte) => more.test(String.fromCharCode(byte));
}

/**
 * What follows the first line of a private key: base64, headers such as `DEK-Info: ...`, line ends (also written `\n`), to the last dash of
 * the line that ends it. Anything else means it was no key, or is over.
 */
function privateKeySwallower(): (byte: number) => boolean {
  let line = '';
  let swallowed = 0;
  let over = false;
  return (byte) => {
    swallowed += 1;
    const sign = String.fromCharCode(byte);
    if (over || swallowed > longestPrivateKey || !/[A-Za-z0-9+/=:,.\\ \t\r\n-]/.test(sign)) return false;
    if (sign === ' ' && line.trim() !== '' && !/^\s*-----|^\s*[A-Za-z-]+:/.test(line)) return false;
    line = sign === '\n' || sign === '\r' || (sign === 'n' && line.endsWith('\\')) ? '' : (line + sign).slice(-200);
    over = /-----END [A-Z0-9 ]{0,60}-----$/.test(line);
    return true;
  };
}
