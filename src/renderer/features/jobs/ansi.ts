// Lines of a program with their colours (ECMA-48): what stands where, without the codes. Colours are named, so that each theme shows them with enough contrast;
// of the 256 and the 16 million, the nearest of the eight is taken. Pure.

export type Ink = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';

export interface Piece {
  text: string;
  ink?: Ink;
  bold?: true;
  faint?: true;
  italic?: true;
  underline?: true;
}

const inks: readonly Ink[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

// A sequence, and of those that set colours (`m`) its numbers.
// eslint-disable-next-line no-control-regex
const sequences = /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])/g;

/** The pieces of a line, in order; their texts together are the line without codes. */
export function readColours(line: string): Piece[] {
  if (!line.includes('\u001b')) return line === '' ? [] : [{ text: line }];
  const pieces: Piece[] = [];
  let style: Omit<Piece, 'text'> = {};
  let from = 0;
  const push = (to: number): void => {
    if (to > from) pieces.push({ text: line.slice(from, to), ...style });
  };
  for (const match of line.matchAll(sequences)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') style = restyle(style, match[1] ?? '');
  }
  push(line.length);
  return pieces;
}

function restyle(before: Omit<Piece, 'text'>, numbers: string): Omit<Piece, 'text'> {
  let style = { ...before };
  const codes = numbers.split(/[;:]/).map((each) => (each === '' ? 0 : Number(each)));
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] as number;
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.faint = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 22) style = without(style, 'bold', 'faint');
    else if (code === 23) style = without(style, 'italic');
    else if (code === 24) style = without(style, 'underline');
    else if (code === 39) style = without(style, 'ink');
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) style = inked(style, inks[code % 10]);
    else if (code === 38 || code === 48) {
      const [ink, used] = longColour(codes.slice(at + 1));
      at += used;
      if (code === 38) style = inked(style, ink);
    }
  }
  return style;
}

function without(style: Omit<Piece, 'text'>, ...names: (keyof Omit<Piece, 'text'>)[]): Omit<Piece, 'text'> {
  return Object.fromEntries(Object.entries(style).filter(([name]) => !(names as string[]).includes(name)));
}

function inked(style: Omit<Piece, 'text'>, ink: Ink | undefined): Omit<Piece, 'text'> {
  return ink === undefined ? without(style, 'ink') : { ...style, ink };
}

/** `5;n` or `2;r;g;b`: the colour, and how many numbers it took. */
function longColour([kind, a = 0, b = 0, c = 0]: readonly number[]): [Ink | undefined, number] {
  if (kind === 2) return [nearest(a, b, c), 4];
  if (kind !== 5) return [undefined, 0];
  if (a < 16) return [inks[a % 8], 2];
  if (a >= 232) return [a > 243 ? 'white' : 'black', 2];
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = a - 16;
  return [nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)), 2];
}

/** By which of red, green and blue stand out. */
function nearest(red: number, green: number, blue: number): Ink {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 40) return most > 127 ? 'white' : 'black';
  const middle = (most + least) / 2;
  return inks[(red >= middle ? 1 : 0) + (green >= middle ? 2 : 0) + (blue >= middle ? 4 : 0)] as Ink;
}
