// Percent-encoding undone, with the way back: a token in the query of a URL must not hide behind `%3D`.

const encoded = /%[0-9A-Fa-f]{2}/;

/** undefined when nothing is encoded. `at[i]` is where character i came from; `at[length]` is the end. Only ASCII is decoded, the rest stays. */
export function percentDecode(text: string): { text: string; at: Uint32Array } | undefined {
  if (!encoded.test(text)) return undefined;
  const at = new Uint32Array(text.length + 1);
  const pieces: string[] = [];
  let count = 0;
  for (let i = 0; i < text.length; count++) {
    at[count] = i;
    const code = text[i] === '%' ? hexByte(text, i + 1) : -1;
    if (code >= 0x20 && code < 0x7f) {
      pieces.push(String.fromCharCode(code));
      i += 3;
    } else {
      pieces.push(text[i] as string);
      i += 1;
    }
  }
  at[count] = text.length;
  return { text: pieces.join(''), at: at.subarray(0, count + 1) };
}

function hexByte(text: string, from: number): number {
  const pair = text.slice(from, from + 2);
  return /^[0-9A-Fa-f]{2}$/.test(pair) ? Number.parseInt(pair, 16) : -1;
}
